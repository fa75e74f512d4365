"""The delivery engine: Kafka records come in, a verdict each and durable outputs go out, then one commit.

Needs the extra `engine` (FastStream). A service gives a handler and trusts the rest. Read in this order: `outcomes`
(what a handler gets and may answer), `stage` (the loop: read, work, publish, commit), `verdict` (from answer to
records), `dead_letters`, `retry` and `circuit_breaker` (what becomes of failures), `concurrency` (handlers side by
side), `batch_sizing`, `unreadable` and `offset_gaps` (how it reads), `broker` (how it sends), `metrics`.
"""
