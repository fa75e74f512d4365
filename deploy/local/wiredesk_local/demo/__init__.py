"""A small news site of our own, served on loopback and pushed through the real pipeline: what became of it goes out.

`article` (the stories in `articles/`), `pages` and `flatten` (as HTML and as text), `site` (the server), `reader` and
`feed` (who reads and publishes it), `ledger` (the books), `summary` (what is shown at the end).
"""
