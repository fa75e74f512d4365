"""A small news site of our own, served on loopback and pushed through the real pipeline."""
