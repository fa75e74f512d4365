"""Measures of quality and speed beside other systems. Not part of the product: no service imports it.

`cleaner` and `tagger` are commands; they and `article` hold the functions for outside measures (`html`, `plain`,
`spans`, `read`).
"""
