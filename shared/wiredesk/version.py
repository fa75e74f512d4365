"""The one version of all distributions: they are released together, and run only beside their equals."""

__version__ = "0.1.0"
