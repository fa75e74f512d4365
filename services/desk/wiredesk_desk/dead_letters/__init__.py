"""`wiredesk dlq`: dead letters come in; they are listed by cause, shown, tried, replayed or discarded.

Read in this order: `core` (what a letter is, which belong together; pure), `rows` (which are listed, and what is told
of them; pure), `store` (read and settle them on Kafka), `commands` (list, show, discard), `replay`, `trial` (would it
pass now?).
"""
