"""A page or text comes in; its zones, body text and metadata go out, or a rejection."""
