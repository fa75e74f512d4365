"""The zone map: a text comes in; every line of it with its zone goes out, and the article's fields as views over that.

Pure. Read in this order: `zone_map` (the whole), `lines` (each line alone) and `line_rules` (what names furniture),
`date_lines` and `bylines` (the grammar of both), `story_span`, `density` and `story_ends` (where the story begins and
ends), `views` (fields out of zones).
"""
