"""The word lists of the tagger: `.txt` files and ISO 3166 come in; plain data goes out of `gazetteers.read()`.

Of other languages than English: `locales` (CLDR and `locales.toml`), `case_endings.toml`, and `gazetteers.of`.
"""
