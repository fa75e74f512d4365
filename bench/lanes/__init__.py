"""Live articles beside a backfill of many: how much later they come out than when there is none.

Read in this order: `articles` (made here), `backfill` (the command, and how far it is), `live` (what is measured),
`report`, `__main__`.
"""
