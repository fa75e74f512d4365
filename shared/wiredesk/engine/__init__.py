"""The delivery engine: Kafka records come in, a verdict each and durable outputs go out, then commits.

Needs the extra `engine` (FastStream). A service gives its work and trusts the rest. Read in this order: `outcomes`
(what a handler gets and may answer), `work` (how it is called), `stage` (what a service runs), `subscription` (read,
begin, commit, hand over) with `reading` and `in_hand`, `processing` (from answers to durable outputs) with `verdicts`;
`backoff` and `circuit_breaker` (when little passes); `broker`, `settings`, `metrics`.
"""
