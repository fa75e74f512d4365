"""PostgreSQL as services use it: where it is (`options`), connections and their outages (`connections`), `migrations`.

For those who install the extra `postgres`; the client needs none of it.
"""
