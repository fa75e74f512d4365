"""Kafka as users and operators see it: a URL, page or text goes in, receipts and enriched articles come out.

Needs aiokafka and no framework. Read in this order: `client` (`Wiredesk`: publish, result, watch, enriched), `records`
(what it gives back), `producer` and `metadata_refresh` (how it outlives a cluster in trouble); `settings`, `options`
and `tokens` (where Kafka is, how to log in), `refusals` (what to set when it lets nobody in); for operators `admin`
(topics) and `offsets` (lag).
"""
