"""Storage: an enriched article comes in; a row in PostgreSQL and a receipt go out.

Read in this order: `handlers` (batch in, receipts out), `core` (which revision wins) with `search_configs`, `store`
(the one transaction), `withdrawals` (what is refused), `migrations` (the schema), `archive` (reading it back, for the
desk), `settings`, `__main__` (the wiring).
"""
