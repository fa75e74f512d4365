"""Measures of quality and speed beside other systems. Not part of the product: no service imports it.

`cleaner`, `tagger` and `fetcher` are commands; the first two and `article` hold the functions for outside measures
(`html`, `plain`, `spans`, `read`).
"""
