"""Kafka, PostgreSQL and the services as child processes of one supervisor, without Docker."""
