"""What holds for any page at all: it is cleaned or refused, and the same page always gives the same event."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cleaner.texts import FLATTENED, P2
from wiredesk.contracts.events import ArticleCleaned, Content, ZoneKind
from wiredesk_cleaner.core import clean

TAGS = st.sampled_from(
    [
        "p",
        "div",
        "article",
        "main",
        "section",
        "h1",
        "h2",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "blockquote",
        "figure",
        "figcaption",
        "span",
        "a",
        "b",
        "br",
        "pre",
        "time",
        "form",
        "script",
        "style",
        "template",
        "svg",
        "noscript",
        "iframe",
        "title",
        "meta",
    ]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        ["class", "id", "href", "itemprop", "property", "name", "content", "datetime", "rel", "role", "style", "x"]
    ),
    st.one_of(st.text(max_size=20), st.sampled_from(["byline", "article-body", "author", "javascript:0", "http://["])),
    max_size=3,
)
WORDS = st.one_of(st.sampled_from([*FLATTENED.split("\n"), P2]), st.text(max_size=60))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@graph",
                    "headline",
                    "author",
                    "name",
                    "datePublished",
                    "image",
                    "url",
                    "articleBody",
                    "keywords",
                ]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


def _markup(tag, attributes, content, closed):
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{stated}>{''.join(content)}" + (f"</{tag}>" if closed else "")


def _element(inner):
    return st.builds(_markup, TAGS, ATTRIBUTES, st.lists(inner, max_size=4), st.booleans())


STATED = JSON.map(lambda value: f'<script type="application/ld+json">{json.dumps(value)}</script>')
PAGES = st.lists(st.recursive(st.one_of(WORDS, STATED), _element, max_leaves=12), max_size=5).map("".join)
BYTES = st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))


@given(page=st.one_of(PAGES, BYTES, st.text()), url=st.sampled_from([None, "https://quay.example/a", "http://[bad"]))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_page_is_cleaned_or_refused_and_its_zones_make_its_text(fetched, page, url):
    event = fetched(page, Content.HTML, url)
    result = clean(event)
    assert clean(event) == result
    if isinstance(result, ArticleCleaned):
        kept = {ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.QUOTE, ZoneKind.LIST}
        story = [(zone.start, zone.end) for zone in result.zones if zone.kind in kept]
        assert [result.text[start:end] for start, end in story] == [line for line in result.text.split("\n") if line]
        assert story == sorted(story)
        assert all(zone.text for zone in result.zones if zone.kind not in kept)
