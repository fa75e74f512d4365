-- What a revision changed against the one that was current when it came: decided once, so that its receipt stays the
-- same. Null for the first of an article, for one that came late, and for all that were stored before.
-- No default: the tables are not rewritten, and workers of before can go on writing.

-- Both tables now, in the order in which readers take them: the next migration changes articles in this transaction.
lock table articles, revisions;
alter table revisions
    add column changes text[],  -- empty: nothing that a reader sees
    add column stealth boolean;
