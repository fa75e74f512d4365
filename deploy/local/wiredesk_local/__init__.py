"""Wiredesk on one machine, without Docker: settings come in; Kafka, PostgreSQL and the services run until told to stop.

Read in this order: `supervisor` (starts, watches, stops everything), `workers` (the service processes), `servers`
(Kafka and PostgreSQL), `processes` (children that never outlive it), `state` and `control` (how a second terminal finds
and asks it), `settings`, `demo` (a news site to try it with).
"""
