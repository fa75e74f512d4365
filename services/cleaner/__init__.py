"""The cleaner: a page or text as fetched comes in, a clean article (every line zoned, fields filled) goes out."""
