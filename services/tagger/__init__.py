"""A clean article comes in; the same article with its entities goes out."""
