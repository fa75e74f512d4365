"""The whole pipeline on a real Kafka and PostgreSQL, beside its limit and beside peers: `make bench`.

Reading order: `corpus` (what goes in), `library` (the work itself), `limit`, `peers`, `system` and `working` (what is
run), `processes` and `kafka` (what is read off), `report` and `chart`.
"""
