-- Search by words, names, places in the news and time. Fills the new columns of what is stored: that takes about as long
-- as storing it did. Needs no extension: nothing here that the owner of the schema may not make.

-- Letters without their accents, as `wiredesk_storage.search.folding` has them: two that agree letter for letter.
create function folded(words text) returns text language sql immutable strict parallel safe
return case when octet_length(words) = char_length(words) then words else
    regexp_replace(
        normalize(
            translate(
                replace(replace(replace(replace(replace(replace(replace(replace(
                    regexp_replace(normalize(words, NFD), '([A-Za-zÆæØøſΑ-Ωα-ωЕе])[\u0300-\u036f]+', '\1', 'g'),
                    'ß', 'ss'), 'ẞ', 'SS'), 'æ', 'ae'), 'Æ', 'AE'), 'œ', 'oe'), 'Œ', 'OE'), 'þ', 'th'), 'Þ', 'TH'),
                'øØłŁđĐðÐħĦŧŦıς', 'oOlLdDdDhHtTiσ'
            ),
            NFC
        ),
        '[\u0300-\u036f]', '', 'g'
    )
end;

-- A name, a source, a section as it is compared: any case, any accents, any white space.
create function folded_key(name text) returns text language sql immutable strict parallel safe
return left(btrim(regexp_replace(lower(folded(name) collate pg_c_utf8), '\s+', ' ', 'g')), 200);

-- Defaults: workers of before can go on writing.
alter table articles
    add column host text,  -- of the URL, without www.
    add column keys text[] not null default '{}',  -- what it can be filtered by: entity:ada marsh, country:ru, host:…
    add column dated timestamptz not null  -- what is dated after it was fetched would be the newest for good
        generated always as (least(date_published, fetched_at)) stored;

drop index articles_search;
-- Nothing reads by it.
drop index articles_updated_at;

update articles as a set host = r.host, keys = array(
    select distinct key collate "C" as key from (
        select 'config:' || search_config
        union all select 'language:' || folded_key(in_language)
        union all select 'quality:' || folded_key(r.quality)
        union all select 'section:' || folded_key(article_section)
        union all select 'source:' || folded_key(source)
        union all
            select 'host:' || left(array_to_string(labels[n:], '.'), 200)
            from string_to_array(r.host, '.') as labels, generate_subscripts(labels, 1) as n
        union all
            select found.key from jsonb_array_elements(a.entities) as e, lateral (
                values
                    ('entity:' || folded_key(e->>'name')),
                    ('type:' || folded_key(e->>'type')),
                    ('country:' || folded_key(e->>'in_country')),
                    ('country:' || folded_key(e->'ids'->>'iso3166'))
                union all
                    select 'id:' || folded_key(scheme) || ':' || folded_key(id)
                    from jsonb_each_text(coalesce(e->'ids', '{}')) as ids (scheme, id)
            ) as found (key)
    ) as listed (key)
    where key is not null
    order by 1
)
from (
    select article_id, revision, coalesce(event->>'quality', 'good') as quality, regexp_replace(
        substring(
            lower((event->>'url') collate pg_c_utf8)
            from '^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^]]*\]|[^:/?#]*)'
        ),
        '^www\.', ''
    ) as host
    from revisions
) as r
where (r.article_id, r.revision) = (a.article_id, a.revision);
-- What has no letter to fold is found as it is.
update articles set
    search = setweight(to_tsvector(search_config::regconfig, folded(left(headline, 10000))), 'A')
        || setweight(to_tsvector(search_config::regconfig, folded(left(text, 200000))), 'B')
where octet_length(headline) + octet_length(text) > char_length(headline) + char_length(text);

create index articles_search on articles using gin (search, keys);
create index articles_dated on articles (dated, article_id);
