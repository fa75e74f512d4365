"""What a page states about its article: a parsed page comes in; fields with their sources go out.

Pure. Read in this order: `extraction` (all fields of a page), `structured_data` (JSON-LD and meta tags), `titles`,
`headline_vicinity` (the lines around the headline), `authors` and `author_names`, `dates` and `dates_in_text`,
`images`, `content_type`, `language`, `evidence` (what is stated, completed by what the lines say).
"""
