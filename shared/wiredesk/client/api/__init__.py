"""The desk's API over HTTP, as `Wiredesk.search`, `stream`, `stories`, `story` and `article` ask it.

Needs no Kafka. `desk` alone needs aiohttp, the extra `http`. Read in this order: `desk` (what is asked, and how long
one is patient), `answers` (what comes back), `asking` (filters), `events` (the stream as bytes), `pauses`, `errors`.
"""
