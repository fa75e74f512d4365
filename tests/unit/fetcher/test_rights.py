"""What a page states about its use, in its headers and its head."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_fetcher.politeness.rights import Stated, forbids_indexing, headers_in, stated_in


def tags(*values: str) -> tuple[str, ...]:
    return stated_in([("X-Robots-Tag", value) for value in values]).robots_tag


def test_nothing_stated_is_nothing():
    assert stated_in([]) == stated_in([("Content-Type", "text/html"), ("X-Robots", "noindex")]) == Stated()
    assert not forbids_indexing(Stated())


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["NoIndex,  nofollow"], ("noindex", "nofollow")),
        (["noindex", "noarchive, noai, noimageai", "noindex"], ("noindex", "noarchive", "noai", "noimageai")),
        (["googlebot: noindex"], ()),
        (["googlebot: noindex, nosnippet", "noarchive"], ("noarchive",)),
        (["Wiredesk: noindex, noarchive"], ("noindex", "noarchive")),
        (["*: none"], ("none",)),
        (["googlebot: noindex, wiredesk: noarchive, noai, otherbot: none"], ("noarchive", "noai")),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST"], ("unavailable_after: 25 jun 2030 15:00:00 pst",)),
        (
            ["unavailable_after: Wed, 25 Jun 2030 15:00:00 GMT, noindex"],
            ("unavailable_after: wed, 25 jun 2030 15:00:00 gmt", "noindex"),
        ),
        (["googlebot: unavailable_after: Wed, 25 Jun 2030 15:00:00 GMT, nosnippet"], ()),
        (["unavailable_after: 2030-06-25T15:00:00+00:00"], ("unavailable_after: 2030-06-25t15:00:00+00:00",)),
        (["max-snippet: 50, max-image-preview:large"], ("max-snippet: 50", "max-image-preview:large")),
        (["", " , ,"], ()),
    ],
)
def test_only_directives_for_this_crawler_or_for_all_are_read(values, found):
    assert tags(*values) == found


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [("noindex", True), ("none", True), ("wiredesk: none", True), ("otherbot: noindex", False), ("nofollow", False)],
)
def test_noindex_and_none_forbid_indexing(value, forbidden):
    assert forbids_indexing(stated_in([("x-robots-tag", value)])) is forbidden


def test_another_crawler_may_be_asked_for():
    assert stated_in([("X-Robots-Tag", "Otherbot: noai")], token="otherBot").robots_tag == ("noai",)


@pytest.mark.parametrize(
    ("values", "reserved"),
    [(["1"], True), (["0"], False), ([" 1 "], True), (["0", "1"], True), (["yes"], None), ([""], None), ([], None)],
)
def test_a_reservation_is_one_or_nought_or_not_stated(values, reserved):
    assert stated_in([("TDM-Reservation", value) for value in values]).tdm_reservation is reserved


def test_the_policy_and_the_usage_are_told_as_written():
    stated = stated_in(
        [
            ("tdm-policy", ""),
            ("tdm-policy", "https://news.example/policy.json"),
            ("tdm-policy", "https://news.example/other.json"),
            ("Content-Usage", "train-ai=n"),
            ("content-usage", "search=y"),
        ]
    )
    assert stated.tdm_policy == "https://news.example/policy.json"
    assert stated.content_usage == "train-ai=n, search=y"


@pytest.mark.parametrize(
    ("links", "licence"),
    [
        (['<https://news.example/rsl.xml>; rel="license"; type="application/rsl+xml"'], "https://news.example/rsl.xml"),
        (["</l>;rel=License"], "/l"),
        (['</a>; rel="next", </l,1;2>; title="a, b; c"; rel="nofollow license", </m>; rel=license'], "/l,1;2"),
        (["</style.css>; rel=preload; as=style", "</l>; rel=license"], "/l"),
        (['</l>; rel="license"; anchor="/other"'], ""),
        (['</l>; rel="licensed"', "</l>; rev=license", "</l>", "/l; rel=license"], ""),
        (["</l>; rel=next; rel=license"], ""),
    ],
)
def test_the_licence_is_the_first_link_of_that_relation(links, licence):
    assert stated_in([("Link", link) for link in links]).licence == licence


@pytest.mark.parametrize(
    "rsl",
    [
        '</rsl.xml>; rel="license"; type="application/rsl+xml"',
        "</rsl.xml>; type=Application/RSL+XML; rel=license",
        '</rsl.xml>; rel=license; type="application/rsl+xml; charset=utf-8"',
    ],
)
def test_of_several_licences_the_one_for_machines_is_told(rsl):
    readers = '</terms>; rel="license"; type="text/html"'
    assert stated_in([("Link", f"{readers}, {rsl}")]).licence == "/rsl.xml"
    assert stated_in([("Link", readers), ("Link", rsl), ("Link", "</b>; rel=license")]).licence == "/rsl.xml"
    assert stated_in([("Link", "<>; rel=license"), ("Link", readers)]).licence == "/terms"


def test_hostile_lengths_are_bounded():
    stated = stated_in(
        [
            *[("X-Robots-Tag", f"a{n}, {'b' * 500}") for n in range(99)],
            ("Content-Usage", "a" * 999),
            ("TDM-Policy", "https://news.example/" + "a" * 3000),
            ("Link", f"<https://news.example/{'a' * 3000}>; rel=license"),
        ]
    )
    assert len(stated.robots_tag) == 20
    assert max(map(len, stated.robots_tag)) == 100
    assert len(stated.content_usage) == 200
    assert stated.tdm_policy == stated.licence == ""
    assert stated_in([(name, "1" * 9000) for name in ("X-Robots-Tag", "Content-Usage", "Link")]) == Stated()
    assert stated_in([("Link", '<a>;"' * 1600), ("X-Robots-Tag", "a:" * 4000)]).licence == ""


NAMES = st.sampled_from(["X-Robots-Tag", "TDM-Reservation", "TDM-Policy", "Content-Usage", "Link"])
VALUES = st.text(st.sampled_from("<>;,:=\"' rellicense\0\ud800noindex"), max_size=60) | st.text(max_size=60)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8))
def test_whatever_the_headers_what_is_found_can_be_carried(headers):
    stated = stated_in(headers)
    told = " ".join([*stated.robots_tag, stated.tdm_policy, stated.content_usage, stated.licence])
    assert "\0" not in told
    told.encode()


@pytest.mark.parametrize(
    ("page", "tags"),
    [
        ('<head><meta name="robots" content="noindex, nofollow"></head>', ("noindex", "nofollow")),
        ("<META content='NOAI' NAME=Robots>", ("noai",)),
        ('<meta name="wiredesk" content="none">', ("none",)),
        ('<meta name="googlebot" content="noindex">', ()),
        ('<!-- <meta name="robots" content="noindex"> --><title>A</title>', ()),
        ('<body><meta name="robots" content="noindex">', ()),
        ('<meta name="description" content="robots noindex">', ()),
    ],
)
def test_the_head_of_a_page_states_what_a_header_would(page: str, tags: tuple[str, ...]) -> None:
    assert stated_in(headers_in(page)).robots_tag == tags


def test_the_head_of_a_page_reserves_text_and_data_mining() -> None:
    page = '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://a.example/p.json">'
    stated = stated_in(headers_in(page))
    assert (stated.tdm_reservation, stated.tdm_policy) == (True, "https://a.example/p.json")


INLINE = '<rsl xmlns="https://rslstandard.org/rsl"><content url=""><license></license></content></rsl>'


@pytest.mark.parametrize(
    ("page", "licence"),
    [
        (
            '<link rel="license" type="application/rsl+xml" href="https://a.example/rsl.xml">',
            "https://a.example/rsl.xml",
        ),
        ("<LINK href='/l?a=1&amp;b=2' REL='Alternate License'>", "/l?a=1&b=2"),
        ('<link rel="license" href="/terms"><link rel=license type=application/rsl+xml href=/rsl.xml>', "/rsl.xml"),
        ('<link rel="license">', ""),
        ('<link rel="license" href=" ">', ""),
        ('<link rel="stylesheet" href="/license">', ""),
        ('<link rel="license" href="/a&gt;; rel=license">', ""),
        ('<body><link rel="license" href="/of-a-part">', ""),
        ('<body><script></script><link rel="license" href="/of-a-part">', ""),
        ('<!-- <link rel="license" href="/not-said"> -->', ""),
        (f'<script type="application/rsl+xml">{INLINE}</script>', "#"),
        (f'<script type="Application/RSL+XML; charset=utf-8"><?xml version="1.0"?>{INLINE}</script>', "#"),
        ('<script type="application/rsl+xml"><r:rsl xmlns:r="https://rslstandard.org/rsl"/></script>', "#"),
        ('<script type="application/rsl+xml"> </script>', ""),
        (f"<script>{INLINE}</script>", ""),
        (f'<body><script type="application/rsl+xml">{INLINE}</script>', ""),
        ('<script>write(\'<link rel="license" href="/not-said">\')</script>', ""),
        ("<script>write('<body>')</script><link rel='license' href='/l'>", "/l"),
        ("<script>unfinished <link rel='license' href='/not-said'>", ""),
    ],
)
def test_the_head_of_a_page_names_its_licence(page: str, licence: str) -> None:
    assert stated_in(headers_in(page)).licence == licence


def test_a_header_goes_before_the_page_and_a_licence_for_machines_before_both() -> None:
    head = '<link rel="license" href="/page"><link rel="license" type="application/rsl+xml" href="/rsl.xml">'
    header = ("Link", "</header>; rel=license")
    assert stated_in([header, *headers_in(head)]).licence == "/rsl.xml"
    assert stated_in([header, *headers_in('<link rel="license" href="/page">')]).licence == "/header"


def test_noai_and_noimageai_are_told_from_header_and_head() -> None:
    page = '<meta name="robots" content="noimageai"><meta name="robots" content="noai, max-snippet:50">'
    assert stated_in([("X-Robots-Tag", "noai"), *headers_in(page)]).robots_tag == (
        *("noai", "noimageai"),
        "max-snippet:50",
    )


def test_a_content_usage_that_no_draft_defines_is_not_read() -> None:
    assert headers_in('<meta name="content-usage" content="train-ai=n">') == []


@pytest.mark.parametrize("piece", ["<meta ", "<!--", "<link ", "<script ", "<script>", "<rsl", "<script>a</script>"])
def test_a_page_of_half_open_tags_and_comments_is_read_quickly_and_states_nothing(piece: str) -> None:
    assert headers_in(piece * 20_000) == []


@given(st.text(st.sampled_from("<>/='\"!-&; abdehiklmnprstx\0\ud800"), max_size=200) | st.text(max_size=200))
def test_whatever_the_page_what_is_found_can_be_carried(text: str) -> None:
    stated = stated_in(headers_in(f"<link rel=license href='{text}'><meta name=tdm-policy content='{text}'>{text}"))
    told = f"{stated.licence}{stated.tdm_policy}"
    assert "\0" not in told
    told.encode()
