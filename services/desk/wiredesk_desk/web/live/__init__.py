"""What was just stored, told to whoever reads along: receipts from Kafka, what they are about from the store."""
