"""From spans to things: the spans of one article come in; groups of mentions, one for each real thing, go out.

Pure. Read in this order: `truecasing` (headlines as a sentence would write them), `offices` (titles are no part of a
name), `name_edges` (all of a name is), `type_agreement` (one string, one type), `common_words` (what names nobody),
`story_evidence` (what the story shows of an unlisted name), `coreference` (what follows a full name) with `people`,
`courtesy`, `aliases`, `acronyms`, `short_names` and `name_words`, `grouping` (one group a thing), `naming` (what it is
called), `salience`. In other languages than English: `known_places` (countries and cities by their names in it),
`case_endings` and `base_names` (inflected names).
"""
