"""How good are the entities, beyond F1? Clusters, names that the article does not have, toponyms.

Read in this order: `__main__` (what is measured and printed), `clusters`, `own_words`, `toponyms`; `remembered`
keeps what the model said, so that a change of the rules after it is measured in seconds.
"""
