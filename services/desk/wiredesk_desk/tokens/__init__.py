"""Tokens: who may ask a desk that is served elsewhere than on loopback."""
