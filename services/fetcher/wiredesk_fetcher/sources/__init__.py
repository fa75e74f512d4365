"""Sources: the feeds and sitemaps that are polled for new articles.

Read in this order: `source` (what is remembered of one), `polled` (what a poll saw), `schedule` (when the next one is),
`health` (how it is), `polling` (what a poll makes of its source), all pure; then `store` (PostgreSQL), `poller` (the
loop) and `probe` (what can be collected at an address).
"""
