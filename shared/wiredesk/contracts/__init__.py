"""What is on the wire, as data: an article comes in as a submission and leaves as events; here is what each one says.

Nothing here connects, reads settings or knows a service. Read in this order: `events` (every message, in the order an
article passes them) and `parts` (what they are made of), `topics` (where each travels), `submission` (what is refused
at once), `ids` and `identity` (how ids are made), `wire` (event to Kafka record and back), `errors`, `schema` (for
machines).
"""
