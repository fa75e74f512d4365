"""Real Kafka and PostgreSQL from Python packages: a state folder comes in; two servers on loopback answer.

`launch` (both together), `kafka`, `kafka_jars` (its jars, checked), `jvm` (its JRE), `kafka_aot` (its start cache),
`postgres`.
"""
