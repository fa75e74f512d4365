"""What the delivery engine costs, on a real Kafka: `python -m bench.engine`."""
