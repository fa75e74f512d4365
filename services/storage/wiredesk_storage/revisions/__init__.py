"""What a revision changed: two enriched events in, the fields and words that differ out. Pure, and bounded in time.

Read in this order: `words` (a text in words), `alignment` (what two sequences share), `stretches` (where two texts
differ), `passages` (that with the words around it, for readers), `corrections` (paragraphs that own up to a change),
`kinds` (what kind of change it is, and whether it was kept quiet), `comparison` (two events, field by field).
"""
