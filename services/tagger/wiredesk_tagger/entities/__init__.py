"""From spans to things: the spans of one article come in; groups of mentions, one for each real thing, go out.

Pure. Read in this order: `truecasing` (headlines as a sentence would write them), `type_agreement` (one string, one
type), `story_evidence` (what the story shows of an unlisted name), `coreference` (surnames and abbreviations follow the
full name), `grouping` (one group a thing), `salience`.
"""
