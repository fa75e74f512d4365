"""The words the cleaner knows furniture by: TOML files come in, indexed once; look-ups go out.

`phrasebook` reads `phrasebooks/`, a file a language: months, bylines, roles, credits. `furniture` reads `lexicon.toml`
and `furniture.toml` (lines of a text), `page_words` reads `pagewords.toml` (walls and meta tags of pages).
"""
