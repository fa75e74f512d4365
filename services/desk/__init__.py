"""The desk is for people: the command line, and what it prints."""
