"""Which articles tell one event: a story is what they tell. Pure; no database.

`profiles.profile` says what an article is about, `assigning.decide` where it goes, `summary.summary` what a story is
called and whom it names. The caller keeps the stories, the word counts and the articles' places.
"""
