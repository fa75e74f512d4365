"""Which thing in the world: grouped names come in; countries, cities and ids of a user's file go out.

Pure but for reading tables. Read in this order: `toponyms` (toponym resolution), `toponym_context` (what the words
beside a place say), `namesakes` (which of several cities), `cities` (the table), `native_names` (its names in other
languages than English), `knowledge` and `knowledge_file` (what a user knows about names).
"""
