"""What an answer makes of a record, and everything that leaves by it: outputs, retries, dead letters."""
