"""Kafka and the desk as users and operators see them: a URL, page or text goes in, receipts and articles come out.

Needs aiokafka and no framework. Read in this order: `client` (`Wiredesk`: publish, result, watch, enriched; search,
stream, stories), `records` (what it gives back), `producer` and `metadata_refresh` (how it outlives a cluster in
trouble), `consumers`; `api` (how the desk is asked over HTTP); `settings`, `here`, `options` and `tokens` (where Kafka
and the desk are, how to log in), `refusals` (what to set when Kafka lets nobody in); for operators `admin` (topics) and
`offsets` (lag).
"""
