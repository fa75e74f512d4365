"""What a stage has in hand, how far each partition is done, and the commits of that."""
