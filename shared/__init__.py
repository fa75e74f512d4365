"""Contracts and the frame every service stands in. Imports no service."""
