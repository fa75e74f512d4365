-- Articles that were withdrawn or erased: no submission of them goes on.
create table refused_articles (
    article_id uuid primary key,
    since timestamptz not null
);
