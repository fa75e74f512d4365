"""Measures of quality and speed beside other systems. Not part of the product: no service imports it."""
