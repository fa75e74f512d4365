"""What a process keeps between requests: connections that are made late, and answers that cost much, for a moment."""
