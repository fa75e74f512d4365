"""`wiredesk sources`: what is collected from where.

`commands` are the verbs, `adding` looks at an address before it is added, `showing` says how a source is, `contact`
keeps whom sites may write to.
"""
