"""How the cleaner is measured: annotated pages come in, tables go out. `bench.cleaner` is the command.

Read in this order: `ours` (the cleaner as an extractor), `runs` (every extractor on every page), `marks` and `zones`
(pages marked by hand, line by line), `furniture` (entities of what is not the story), `report` and `report_sets` (the
tables).
"""
