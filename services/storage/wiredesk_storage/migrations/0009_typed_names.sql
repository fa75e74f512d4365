-- Which articles have no key for a name and its type together (`as:person:ada marsh`): all that are stored so far. They
-- get them with their next revision; until then their entities are read to tell. To write all rows anew would take as
-- long as storing them did. Of what is stored from now on nothing is in this index.

-- Both tables now, in the order in which others take them: the next migration changes them in this transaction.
lock table articles, entities;
create index articles_untyped on articles (article_id) where not keys @> '{keys:typed}';
