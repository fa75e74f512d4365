-- For retention: which revisions were replaced, and when. Articles themselves are found by articles_dated.
create index revisions_replacing on revisions (stored_at) where status = 'revised';
