"""`wiredesk withdraw`, `erase` and `reinstate`: an article is named; the store, the fetchers and the topics follow.

Read in this order: `commands` (the verbs), `which` (what article is meant), `places` (the databases that have to know),
`announcing` (what the topics are told, and when), `left` (what an erased article leaves where; pure but for the
settings).
"""
