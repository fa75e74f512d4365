"""The word lists of the tagger: `.txt` files and ISO 3166 come in; plain data goes out of `gazetteers.read()`."""
