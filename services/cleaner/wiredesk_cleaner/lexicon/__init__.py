"""The words the cleaner knows furniture by: TOML files come in, indexed once; look-ups go out.

`furniture` reads `lexicon.toml` and `furniture.toml` (lines of a text), `page_words` reads `pagewords.toml` (bylines,
months and walls of pages, by language).
"""
