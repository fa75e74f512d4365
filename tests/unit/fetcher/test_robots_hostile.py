"""What a robots.txt made to do harm does: nothing."""

import codecs
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_fetcher.politeness import robots
from wiredesk_fetcher.politeness.robots import MAX_ROBOTS_BYTES, Robots, of_answer, unreachable

HOST = "https://news.example"


def read(*lines: str) -> Robots:
    return of_answer(200, "\n".join(lines).encode())


def full(line) -> bytes:
    """As many lines as are read, each made of its number."""
    lines, size = [], 0
    for number in count():
        lines.append(line(number))
        size += len(lines[-1]) + 1
        if size > MAX_ROBOTS_BYTES:
            return "\n".join(["User-agent: *", *lines]).encode()
    raise AssertionError("unreachable")


@pytest.mark.parametrize("line", [b"Disallow: /private\n", b"Disallow: /private\r"])
def test_what_is_too_long_is_cut_after_a_whole_line(line):
    body = b"User-agent: *\n".ljust(MAX_ROBOTS_BYTES - 10, b"#") + line[-1:] + line
    site = of_answer(200, body)
    assert len(site.body) <= MAX_ROBOTS_BYTES
    assert site.allows(f"{HOST}/p")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x00" * 4096, id="NUL"),
        pytest.param(bytes(range(256)) * 400, id="every byte"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8x", id="broken UTF-16"),
        pytest.param(b"User-agent: *\nDisallow: /" + b"a" * 2**20, id="a megabyte in one line"),
        pytest.param(b"User-agent: *\nDisallow: /" + b"*a" * 10_000 + b"*b", id="wildcards in one pattern"),
        pytest.param(b"User-agent: *\nAllow: /" + b"*" * 30_000, id="stars"),
        pytest.param(full(lambda n: f"Allow:/{n:x}"), id="rules"),
        pytest.param(full(lambda n: f"User-agent: a{n}"), id="agents"),
        pytest.param(full(lambda _: "User-agent: wiredesk\nuser-agent: *"), id="one agent"),
        pytest.param(full(lambda n: f"Sitemap: https://news.example/{'a' * 1900} {n}"), id="sitemaps"),
        pytest.param(full(lambda n: f"Content-Usage: /*{n} a=y"), id="usages"),
        pytest.param(b"<!DOCTYPE html><title>Allow cookies</title>", id="a page"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_hostile_file_is_read_and_forbids_nothing(body):
    site = of_answer(200, body)
    assert site.allows(f"{HOST}/{'a' * 8000}")
    assert site.delay() is None
    assert site.sitemaps() == site.licences() == ()
    assert site.content_usage(f"{HOST}/news") == ""


def test_agents_times_rules_are_read_once():
    agents = "".join(f"User-agent: a{n}\n" for n in range(15_000))
    site = of_answer(200, (agents + "User-agent: *\n" + "".join(f"Disallow: /{n}\n" for n in range(14_000))).encode())
    assert not site.allows(f"{HOST}/13999")
    assert not site.allows(f"{HOST}/1", "a7")


def test_beyond_the_bound_of_wildcards_nothing_forbidden_becomes_allowed(monkeypatch):
    monkeypatch.setattr(robots, "_MAX_WILDCARD_RULES", 2)
    site = read("User-agent: *", "Disallow: /a*x", "Allow: /b$", "Disallow: /c*x", "Allow: /c*y", "Disallow: /d")
    assert [site.allows(f"{HOST}/{path}") for path in ("ay", "ax", "b", "cy", "cx", "d")] == [
        *(True, False, True),
        *(False, False, False),
    ]
    assert not read("User-agent: *", "Allow: /a$", "Allow: /b$", "Disallow: *x").allows(f"{HOST}/y")


@pytest.mark.parametrize("url", ["", "http://[", "https://news.example/\ud800", "https://news.example]/a"])
@pytest.mark.parametrize("site", [read("User-agent: *", "Disallow: /a"), unreachable()])
def test_what_is_no_url_raises_nothing(url, site):
    assert site.allows(url) in {True, False}
    assert site.content_usage(url) == ""


LINES = st.sampled_from(
    ["User-agent: *", "User-agent: wiredesk", "Disallow: /", "Allow: /a*$", "Content-Usage: /a b=y", "Crawl-delay: 1"]
)


@given(
    st.binary(max_size=300) | st.lists(LINES | st.text(max_size=30), max_size=12).map("\n".join), st.text(max_size=30)
)
def test_whatever_the_body_and_the_url_nothing_raises(body, path):
    site = of_answer(200, body if isinstance(body, bytes) else body.encode("utf-8", "replace"))
    site.allows(f"{HOST}/{path}")
    site.delay()
    (" ".join((*site.sitemaps(), *site.licences())) + site.content_usage(f"{HOST}/{path}")).encode()
