"""The four workers and the desk."""
