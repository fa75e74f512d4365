"""`make bench-desk`: how fast the desk answers with a full store, and tells of news; what it keeps in memory."""
