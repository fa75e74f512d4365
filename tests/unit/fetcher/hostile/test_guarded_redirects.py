"""No redirect and no other word of a stranger's leads to a guarded address."""

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.servers import moved, ok
from tests.unit.fetcher.hostile.ways import RSS, WAYS, XML
from wiredesk.contracts.events import ArticleFetched, Rejection

REDIRECTS = (301, 302, 303, 307, 308)
# As they stand in the Location of an answer, byte for byte. `{port}` is that of the guarded servers.
LOCATIONS = r"""
    http://127.0.0.1:{port}/x HTTP://127.0.0.1:{port}/x https://127.0.0.1:{port}/x http://[::1]:{port}/x
    //127.0.0.1:{port}/x ///127.0.0.1:{port}/x ////127.0.0.1:{port}/x http:///127.0.0.1:{port}/x
    http:127.0.0.1:{port}/x http:/127.0.0.1:{port}/x http:\\127.0.0.1:{port}\x \\127.0.0.1:{port}/x
    /\127.0.0.1:{port}/x \/127.0.0.1:{port}/x http://127.0.0.1:{port}\x http:/\127.0.0.1:{port}/x
    http://user:s3cret@127.0.0.1:{port}/x //user@127.0.0.1:{port}/x http://@127.0.0.1:{port}/x @127.0.0.1:{port}/x
    http://127.0.0.2\@127.0.0.1:{port}/x http://127.0.0.2#@127.0.0.1:{port}/x http://127.0.0.1:{port}:80/x
    http://2130706433:{port}/x http://0x7f.1:{port}/x http://%31%32%37.0.0.1:{port}/x http://127.1:{port}/x //0:{port}/x
    http://[::ffff:127.0.0.1]:{port}/x http://[::1%25lo]:{port}/x http://localhost:{port}/x http://[::1
    http://inside.harbour.example:{port}/x http://①②⑦.⓪.⓪.①:{port}/x //127。0。0。1:{port}/x http://127.0.0.1:99999/x
    file:///etc/passwd file://127.0.0.1:{port}/x gopher://127.0.0.1:{port}/_x ftp://127.0.0.1:{port}/x about:blank
    data:text/html,<p>News</p> javascript:location='http://127.0.0.1:{port}/' ws://127.0.0.1:{port}/
""".split()  # noqa: SIM905 - read as a table
LOCATIONS += [
    *("", "http://127.0.0.1:{port}/x\t", " http://127.0.0.1:{port}/x ", "\thttp://127.0.0.1:{port}/x"),
    *("ht\ttp://127.0.0.1:{port}/x", "http:\t//127.0.0.1:{port}/x", "//127.0.\t0.1:{port}/x", "\x0b//127.0.0.1:80/"),
    *("http://127.0.0.1\r\n :{port}/x", "//127.0.0.1:{port}\r\n\t/x", "/a\r\nLocation: //127.0.0.1:{port}/"),
    *("http://127.0.0.1:{port}/\xff\xfe", "http://\x00127.0.0.1:{port}/x"),
]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_location_leads_to_a_guarded_address(way, reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.names.known |= {name: [("127.0.0.1", "::1")] for name in ("localhost", "inside.harbour.example")}
        reached = []
        for location in LOCATIONS:
            away = location.replace("{port}", str(fetcher.guarded.port))
            fetcher.lure.answers["/away"] = moved(away.encode("latin-1" if "\xff" in away else "utf-8"))
            fetcher.attempts.clear()
            await way(fetcher, f"{fetcher.new_site()}/away")
            if fetcher.strangers or fetcher.guarded.connections:
                reached.append((location, fetcher.strangers))
        assert reached == []
        assert "/away" in fetcher.lure.paths
        assert bytes(fetcher.guarded.heard) == b""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_kind_of_redirect_leads_to_a_guarded_address(way, reader):
    async with open_fetcher(reader) as fetcher:
        for status in REDIRECTS:
            away = moved(f"{fetcher.guarded.base}/x", status)
            fetcher.lure.answers |= {"/away": away, "/near": moved("/away", status)}
            for path in ("/away", "/near"):
                site = fetcher.new_site()
                # What is remembered of a permanent move must not be asked either.
                for _ in range(2):
                    await way(fetcher, site + path)
        assert fetcher.lure.paths.count("/near") >= len(REDIRECTS)
        assert fetcher.strangers == set()
        assert fetcher.guarded.connections == 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_where_it_is_allowed_by_name_the_same_redirect_reaches_it(way, reader):
    """Or the other tests would prove nothing."""
    async with open_fetcher(reader, is_open=True) as fetcher:
        for status in REDIRECTS:
            fetcher.lure.answers["/away"] = moved(f"//127.0.0.1:{fetcher.guarded.port}/{status}", status)
            await way(fetcher, f"{fetcher.new_site()}/away")
            assert f" /{status} HTTP/1.1".encode() in fetcher.guarded.heard


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_status_that_is_no_redirect_leads_nowhere(way, reader):
    async with open_fetcher(reader, is_open=True) as fetcher:
        for status in (101, 200, 201, 202, 204, 300, 304, 305, 306, 401, 407, 503):
            fetcher.lure.answers["/away"] = moved(f"{fetcher.guarded.base}/x", status)
            await way(fetcher, f"{fetcher.new_site()}/away")
        assert "/away" in fetcher.lure.paths
        assert fetcher.guarded.connections == 0


# ---- what is no redirect ----


def leading_on(to: str) -> dict[str, str]:
    """Return headers that lead on to an address in one client or another."""
    return {
        "Refresh": f"0; url={to}",
        "Content-Location": to,
        "Link": f'<{to}>; rel="preload canonical alternate stylesheet preconnect hub license"',
        "Alt-Svc": f'h2="{to.removeprefix("http://").partition("/")[0]}"; ma=60',
        "URI": to,
        "Proxy-Status": to,
        "X-Accel-Redirect": to,
        "X-Robots-Tag": f"all; {to}",
        "TDM-Policy": to,
        "SourceMap": to,
        "Content-Security-Policy": f"report-uri {to}",
        "NEL": f'{{"report_to": "{to}"}}',
        "Speculation-Rules": f'"{to}"',
    }


def pages(to: str) -> list[str]:
    """Return pages that lead on to an address in a browser or a parser."""
    return [
        f'<meta http-equiv="refresh" content="0; url={to}"><p>News</p>',
        f'<link rel="canonical preload prefetch dns-prefetch stylesheet manifest icon" href="{to}"><p>News</p>',
        f'<base href="{to}"><a href="a">News</a><img src="b" srcset="{to} 2x"><iframe src="{to}"></iframe>',
        f'<script src="{to}"></script><script>location="{to}"</script><object data="{to}"></object>',
        f'<meta property="og:image" content="{to}"><meta name="tdm-policy" content="{to}"><p>News</p>',
        f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "{to}" [<!ENTITY x SYSTEM "{to}">]><html><body>&x;</body></html>',
        f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{to}"/><p>News</p></html>',
        f'<svg><use href="{to}#a"/><image href="{to}"/></svg><video src="{to}" poster="{to}"></video><p>News</p>',
    ]


async def test_a_page_leads_nowhere_whatever_its_headers_and_markup_say(reader):
    async with open_fetcher(reader, is_open=True) as fetcher:
        for number, page in enumerate(pages(f"{fetcher.guarded.base}/x")):
            fetcher.lure.answers["/story"] = ok(page, headers=leading_on(f"{fetcher.guarded.base}/x"))
            site = fetcher.new_site()
            event = await fetcher.fetch(f"{site}/story")
            await fetcher.revisit(f"{site}/story")
            assert isinstance(event, ArticleFetched), number
        assert fetcher.guarded.connections == 0


async def test_a_feed_leads_to_its_articles_alone(reader):
    """Its hub, its site, its pictures and whom it names are for others to ask."""
    async with open_fetcher(reader, is_open=True) as fetcher:
        to = f"{fetcher.guarded.base}/x"
        more = (
            f'<link>{to}</link><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{to}"/>'
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self next" href="{to}"/>'
            f'<image><url>{to}</url><link>{to}</link></image><cloud domain="127.0.0.1" port="{fetcher.guarded.port}" '
            f'path="/x" registerProcedure="" protocol="http-post"/><docs>{to}</docs><generator uri="{to}"/>'
            f"<textInput><title>a</title><name>a</name><link>{to}</link></textInput>"
        )
        item = (
            f'<item><title>Boats</title><link>https://harbour.example/1</link><enclosure url="{to}" type="audio/mpeg" '
            f'length="1"/><comments>{to}</comments><source url="{to}">a</source><description>&lt;img src="{to}"&gt;'
            f'</description><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{to}"/></item>'
        )
        text = (
            f'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="{to}"?><!DOCTYPE rss SYSTEM "{to}">'
            f'<rss version="2.0" xml:base="{to}"><channel><title>Harbour Post</title>{more}{item}</channel></rss>'
        )
        fetcher.lure.answers["/feed.xml"] = ok(text, RSS, leading_on(to))
        source = await fetcher.poll(f"{fetcher.new_site()}/feed.xml")
        assert (source.health.state.value, source.listed) == ("healthy", 1)
        assert [one.url for one in fetcher.submitted] == ["https://harbour.example/1"]
        await fetcher.probe(f"{fetcher.new_site()}/feed.xml")
        assert fetcher.guarded.connections == 0


async def test_a_sitemap_leads_to_its_articles_alone(reader):
    async with open_fetcher(reader, is_open=True) as fetcher:
        to = f"{fetcher.guarded.base}/x"
        text = (
            f'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="{to}"?><urlset xmlns:x="{to}" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{to} {to}"><url>'
            f"<loc>https://harbour.example/1</loc><x:image><x:loc>{to}</x:loc></x:image>"
            f'<x:link rel="alternate" href="{to}"/></url><sitemap><loc>{to}</loc></sitemap></urlset>'
        )
        fetcher.lure.answers["/map.xml"] = ok(text, XML, leading_on(to))
        await fetcher.poll(f"{fetcher.new_site()}/map.xml")
        assert {one.url for one in fetcher.submitted} == {"https://harbour.example/1", to}
        assert fetcher.guarded.connections == 0


# ---- what is left of a redirect ----


async def test_a_refused_redirect_leaves_the_source_where_it_was(reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers["/feed.xml"] = moved(f"{fetcher.guarded.base}/x", 301)
        source = await fetcher.poll(f"{fetcher.new_site()}/feed.xml")
        assert (source.moved_to, source.health.state.value) == ("", "failing")
        assert "forbidden address" in source.health.reason
        assert source.next_poll is not None


async def test_a_refused_redirect_says_why_and_quotes_no_secret(reader):
    async with open_fetcher(reader) as fetcher:
        for location, reason in [
            (fetcher.guarded.base, Rejection.FORBIDDEN_ADDRESS),
            (f"http://user:s3cret@127.0.0.1:{fetcher.guarded.port}/", Rejection.CREDENTIALS_IN_URL),
            ("file:///etc/s3cret", Rejection.INVALID_URL),
        ]:
            fetcher.lure.answers["/away"] = moved(location)
            event = await fetcher.fetch(f"{fetcher.new_site()}/away")
            assert event.reason is reason
            assert "s3cret" not in event.model_dump_json()


async def test_early_hints_lead_nowhere(reader):
    async with open_fetcher(reader, is_open=True) as fetcher:
        to = fetcher.guarded.base
        hint = f"HTTP/1.1 103 Early Hints\r\nLocation: {to}\r\nLink: <{to}>; rel=preload\r\n\r\n".encode()
        fetcher.lure.answers["/story"] = hint * 3 + ok("<p>News</p>")
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert isinstance(event, ArticleFetched)
        assert fetcher.guarded.connections == 0


async def test_who_is_redirected_to_hears_of_nobody_but_us(reader):
    async with open_fetcher(reader, is_open=True) as fetcher:
        fetcher.lure.answers["/away"] = moved(f"{fetcher.guarded.base}/x")
        await fetcher.fetch(f"{fetcher.new_site()}/away")
        said = bytes(fetcher.guarded.heard).lower()
        assert b"host: 127.0.0.1" in said
        for word in (b"cookie", b"authorization", b"referer", b"lure", b"origin:", b"x-forwarded"):
            assert word not in said
