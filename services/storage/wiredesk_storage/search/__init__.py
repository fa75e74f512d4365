"""Search of the stored articles: what a query and its filters mean, and the SQL that finds it.

Most modules are pure: `folding` (letters without accents), `indexing` (what an article is found by), `words` (what
was typed), `asking` (filters, order), `cursor` (where a page ends), `statements` and `counting` (SQL), `naming` (what
articles name), `excerpts` (the words around the hits), `answers` (what comes out). Over a connection work `newest` (the
newest hits, and how far back they are looked for), `marking` (which words an excerpt shows), `finding`, which puts all
together, `exporting`, which reads all that is found in pages, and `arrivals` (what was just stored).
"""
