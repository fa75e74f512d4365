"""Search of the stored articles: what a query and its filters mean, and the SQL that finds it.

All modules but `finding` and `exporting` are pure: `folding` (letters without accents), `indexing` (what an article is
found by), `words` (what was typed), `asking` (filters, order), `cursor` (where a page ends), `statements` and
`counting` (SQL), `excerpts` (the words around the hits), `answers` (what comes out). `finding` puts them together over
a connection, `exporting` reads all that is found in pages.
"""
