"""spaCy pipelines: a text comes in; spans that a model, a list or a rule calls a name go out.

Read in this order: `languages` (which pipeline reads which language), `reading` (texts to it and back), `components`
(lists and rules), `ner` (the trained model; its files in `model_files`), `word_pieces` (what the model reads),
`decoding` (what it says), `name_rules` and `words` (names by their form).
"""
