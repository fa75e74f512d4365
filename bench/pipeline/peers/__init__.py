"""The same work by others: each program as its library's documentation would have it, in an environment of its own."""
