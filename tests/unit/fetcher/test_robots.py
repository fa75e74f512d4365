"""What a robots.txt means for the crawler."""

from datetime import timedelta

import pytest

from wiredesk_fetcher.politeness.robots import Access, Robots, of_answer, unreachable

HOST = "https://news.example"


def read(*lines: str) -> Robots:
    return of_answer(200, "\n".join(lines).encode())


@pytest.mark.parametrize(
    ("status", "access"),
    [
        *[(status, "rules") for status in (200, 204)],
        *[(status, "open") for status in (301, 308, 401, 403, 404, 410)],
        *[(status, "closed") for status in (304, 429, 500, 503, 0, 999)],
    ],
)
def test_the_status_says_whether_there_are_rules(status, access):
    answer = of_answer(status, b"User-agent: *\nDisallow: /private")
    assert answer.access == access
    assert answer.allows(f"{HOST}/a") is (access != "closed")
    assert answer.allows(f"{HOST}/private") is (access == "open")
    assert (answer.body != b"") is (access == "rules")


def test_a_host_that_does_not_answer_is_closed_but_for_robots_txt():
    assert unreachable() == Robots(Access.CLOSED)
    assert not unreachable().allows(f"{HOST}/")
    assert unreachable().allows(f"{HOST}/robots.txt")


def test_robots_txt_may_always_be_got():
    site = read("User-agent: *", "Disallow: /")
    assert site.allows(f"{HOST}/robots.txt")
    assert not site.allows(f"{HOST}/en/robots.txt")


@pytest.mark.parametrize(
    "name", ["Wiredesk", "wiredesk", "WIREDESK", "Wiredesk/2.0", "wiredesk*", "*Wiredesk", "Wiredesk Bot"]
)
def test_the_group_that_names_the_crawler_wins_over_the_one_for_all(name):
    site = read("User-agent: *", "Disallow: /", "", f"User-agent: {name}", "Disallow: /private")
    assert site.allows(f"{HOST}/a")
    assert not site.allows(f"{HOST}/private/a")
    assert not site.allows(f"{HOST}/a", token="Otherbot")


@pytest.mark.parametrize(
    "name", ["wire", "desk", "w", "Wiredesk2", "Wiredesk-News", "mywiredesk", "Mozilla/5.0 (Wiredesk)"]
)
def test_a_group_for_a_crawler_of_a_similar_name_is_none_of_ours(name):
    site = read(f"User-agent: {name}", "Disallow: /", "User-agent: *", "Disallow: /all")
    assert site.allows(f"{HOST}/a")
    assert not site.allows(f"{HOST}/all")


def test_several_groups_of_one_crawler_are_one():
    site = read(
        *("User-agent: Wiredesk", "Disallow: /a"),
        *("User-agent: Otherbot", "Disallow: /b"),
        *("User-agent: wiredesk", "User-agent: Otherbot", "Disallow: /c"),
    )
    assert [site.allows(f"{HOST}/{path}") for path in "abc"] == [False, True, False]
    assert [site.allows(f"{HOST}/{path}", "otherbot") for path in "abc"] == [True, False, False]


def test_what_is_no_rule_does_not_part_the_agents_of_a_group():
    site = read(
        "User-agent: Wiredesk", "Sitemap: https://news.example/s.xml", "Foo: bar", "User-agent: B", "Disallow: /"
    )
    assert not site.allows(f"{HOST}/a")


def test_a_rule_without_value_parts_them_and_admits_everything():
    site = read("User-agent: Wiredesk", "Disallow:", "User-agent: *", "Disallow: /")
    assert site.allows(f"{HOST}/a")
    assert not site.allows(f"{HOST}/a", "B")


def test_rules_outside_a_group_are_none():
    assert read("Disallow: /", "Crawl-delay: 5", "User-agent: B", "Allow: /").allows(f"{HOST}/a")


@pytest.mark.parametrize(
    ("rules", "allowed", "forbidden"),
    [
        (["Disallow: /news", "Allow: /news/open"], ["/news/open/1", "/new"], ["/news", "/newsroom", "/news/x"]),
        (["Allow: /page", "Disallow: /page"], ["/page"], []),
        (["Disallow: /*.pdf$"], ["/a.pdf?x", "/a.pdfx"], ["/a.pdf", "/b/c.pdf"]),
        (["Disallow: /*/print"], ["/print"], ["/a/print", "/a/b/print/1"]),
        (["Disallow: /", "Allow: /$"], ["/", ""], ["/a"]),
        (["Disallow: *?session="], ["/a"], ["/a?session=1"]),
        (["Disallow: /caf%C3%A9"], ["/cafe"], ["/caf%c3%a9", "/caf\u00e9"]),
        (["Disallow: /caf\u00e9"], ["/cafe"], ["/caf%C3%A9/menu", "/caf\u00e9"]),
        (["Disallow: /Case"], ["/case"], ["/Case"]),
        (["Disallow: /a # all of it", "# Disallow: /b"], ["/b"], ["/a"]),
        (["DISALLOW : /a", "\tdisallow:/b\t", "Dissallow: /c", "Disallow /d"], ["/e"], ["/a", "/b", "/c", "/d"]),
        (["Disallow: /a\u2028Allow: /a/b"], ["/a"], ["/a%E2%80%A8Allow:%20/a/b"]),
        (["Disallow: /a\x0bAllow: /a/b"], ["/a", "/a/b"], []),
    ],
)
def test_the_longest_matching_rule_decides(rules, allowed, forbidden):
    site = read("User-agent: *", *rules)
    assert [path for path in allowed if not site.allows(HOST + path)] == []
    assert [path for path in forbidden if site.allows(HOST + path)] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_line_end_and_encoding_is_read(end, encoding):
    site = of_answer(200, end.join(["User-agent: *", "Disallow: /a", ""]).encode(encoding))
    assert site.allows(f"{HOST}/b")
    assert not site.allows(f"{HOST}/a")


def test_a_path_that_is_not_utf_8_matches_the_same_bytes():
    site = of_answer(200, b"User-agent: *\nDisallow: /caf\xe9")
    assert not site.allows(f"{HOST}/caf%E9")
    assert site.allows(f"{HOST}/caf")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["Crawl-delay: 10"], 10),
        (["crawl delay: 2.5"], 2.5),
        (["Crawl-delay: 0"], 0),
        (["Request-rate: 1/10"], 10),
        (["Request-rate: 30/1m 0800-1200"], 2),
        (["Crawl-delay: 3", "Request-rate: 1/10s"], 10),
        (["Crawl-delay: 86400"], 120),
        (["Crawl-delay: 1e300"], 120),
        ([f"Request-rate: 1/{'9' * 4000}"], 120),
        ([f"Request-rate: {'9' * 4000}/1"], 0),
        (["Crawl-delay: -1"], None),
        (["Crawl-delay: nan"], None),
        (["Crawl-delay: inf"], None),
        (["Crawl-delay: soon", "Request-rate: 0/0", "Request-rate: x"], None),
        ([f"Crawl-delay: {'9' * 5000}"], None),
        (["Disallow: /a"], None),
    ],
)
def test_the_delay_asked_for_is_bounded(lines, seconds):
    assert read("User-agent: *", *lines).delay() == (None if seconds is None else timedelta(seconds=seconds))


def test_the_delay_is_that_of_the_own_group():
    site = read("User-agent: *", "Crawl-delay: 60", "User-agent: wiredesk", "Crawl-delay: 1")
    assert site.delay() == timedelta(seconds=1)
    assert read("User-agent: B", "Crawl-delay: 60").delay() is None
    assert of_answer(404, b"").delay() is None


def test_sitemaps_hold_for_every_crawler():
    site = read(
        "Sitemap: https://news.example/1.xml",
        "User-agent: B",
        "Disallow: /",
        "sitemap:HTTP://cdn.example/2.xml # news",
        "Sitemap: https://news.example/1.xml",
        *("Sitemap: /3.xml", "Sitemap: ftp://news.example/4.xml", "Sitemap: https://", "Sitemap: https://a b"),
        f"Sitemap: https://news.example/{'a' * 3000}",
    )
    assert site.sitemaps() == ("https://news.example/1.xml", "HTTP://cdn.example/2.xml")
    assert len(read(*(f"Sitemap: https://news.example/{n}" for n in range(99))).sitemaps()) == 50


def test_licences_are_absolute_and_few():
    site = read("License: https://news.example/rsl.xml", "User-agent: *", "Allow: /", "license: /no", "Licenses: x")
    assert site.licences() == ("https://news.example/rsl.xml",)
    assert len(read(*(f"License: https://news.example/{n}" for n in range(9))).licences()) == 5


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (("License: {site}", "User-agent: wiredesk", "License: {ours}", "Disallow: /no"), "ours"),
        (("License: {site}", "User-agent: *", "License: {ours}"), "ours"),
        (("License: {site}", "User-agent: *", "License: /relative"), "site"),
        (("License: {site}", "User-agent: otherbot", "License: {theirs}"), "site"),
        (("User-agent: otherbot", "Allow: /", "License: {theirs}", "User-agent: *", "Allow: /"), ""),
        (("User-agent: otherbot", "License: {ours}", "User-agent: wiredesk", "Allow: /"), "ours"),
        (("User-agent: wiredesk", "Allow: /", "User-agent: otherbot", "License: {theirs}"), ""),
    ],
)
def test_the_licence_of_the_crawlers_own_group_goes_before_that_of_the_site(lines, names):
    urls = {name: f"https://news.example/{name}.xml" for name in ("site", "ours", "theirs")}
    site = read(*(line.format(**urls) for line in lines))
    assert site.licences() == ((urls[names],) if names else ())


def test_a_licence_between_two_agents_does_not_part_them():
    site = read("User-agent: wiredesk", "License: https://news.example/l", "User-agent: otherbot", "Disallow: /no")
    assert not site.allows("https://news.example/no")
    assert not site.allows("https://news.example/no", token="otherbot")


USAGE = read(
    *("User-Agent: *", "Allow: /", "Disallow: /never/", "Content-Usage: train-ai=n"),
    *("Content-Usage: /open/ train-ai=y, search=y # both", "content-usage:\t/open/*/draft$\ttrain-ai=n"),
    *("User-Agent: Otherbot", "Content-Usage: search=n"),
)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/test", "train-ai=n"),
        ("/open/a", "train-ai=y, search=y"),
        ("/open/a/draft", "train-ai=n"),
        ("/open/a/drafts", "train-ai=y, search=y"),
        ("/never/test", ""),
    ],
)
def test_the_longest_path_says_the_usage(path, said):
    assert USAGE.content_usage(HOST + path) == said


def test_nothing_said_of_the_usage_is_nothing():
    assert read("User-agent: *", "Allow: /", "Content-Usage: /a", "Content-Usage:").content_usage(HOST) == ""
    assert read("Content-Usage: train-ai=n").content_usage(HOST) == ""
    assert unreachable().content_usage(HOST) == ""


def test_usages_of_one_path_are_all_told_and_bounded():
    both = read("User-agent: *", "Content-Usage: train-ai=n", "Content-Usage: search=y")
    assert both.content_usage(HOST) == "train-ai=n, search=y"
    assert read("User-agent: *", "Content-Usage: " + "a" * 999).content_usage(HOST) == "a" * 200


def test_what_is_kept_says_the_same_again():
    got = read("User-agent: *", "Disallow: /a")
    kept = Robots(got.access, got.body)
    assert kept == got
    assert hash(kept) == hash(got)
    assert kept.allows(f"{HOST}/a") is got.allows(f"{HOST}/a") is False
    assert kept != read("User-agent: *")
