"""Child processes that can be trusted: a command comes in; a process that ends with its parent and is restarted runs.

`child` (start, record, stop one process), `parent_death` (the program that ties it to its parent), `restart` (start it
again, later and later).
"""
