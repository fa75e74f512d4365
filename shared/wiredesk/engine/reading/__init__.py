"""How records are read: whatever the client raises none is passed over, and what Kafka leaves out is counted."""
