"""Whether a host's pages suddenly clean differently, as when its template has changed: the drift alarm.

The records that the cleaner makes come in; metrics and a line on the log for each alarm go out. What is known of a
host lives in the process that cleans: a replica sees the pages of its own partitions, which are an equal part of each
host's because the pages are keyed by article, and one that is started anew begins anew. Read in this order: `figures`
(of one page), `evidence` (the test, and what it is worth), `watch` (all hosts), `alarm` (log and metrics).
"""
