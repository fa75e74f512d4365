"""From spans to things: the spans of one article come in; groups of mentions, one for each real thing, go out.

Pure. Read in this order: `truecasing` (headlines as a sentence would write them), `offices` (titles are no part of a
name), `type_agreement` (one string, one type), `story_evidence` (what the story shows of an unlisted name),
`coreference` (what follows a full name) with `people`, `aliases`, `acronyms`, `short_names` and `name_words`,
`grouping` (one group a thing), `naming` (what it is called), `salience`.
"""
