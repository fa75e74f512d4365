"""How things look: events and zones come in; text in colour, or an HTML page, goes out.

`article` (an event for a reader), `changes` (what a revision changed) with `receipt_words` (in words, pure), `journey`
(one article's way, pure), `sources` (how they are in a few words, pure), `drift` (hosts that clean differently, pure),
`marked` and `colours` (entities in a text), `terminal` and `page` (what `try` shows).
"""
