"""Measures of the store: what writing an article costs, and how long a search over many takes."""
