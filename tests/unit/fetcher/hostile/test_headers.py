"""Status lines and headers made to break a parser, an event, a log line, a cookie jar or the next request."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.fetcher.hostile.fetchers import now, open_fetcher
from tests.unit.fetcher.hostile.servers import moved, ok
from tests.unit.fetcher.hostile.ways import RSS, WAYS, rss
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected
from wiredesk.engine.outcomes import RetryAt
from wiredesk_fetcher.notes import Notes
from wiredesk_fetcher.page_archive import PageArchive
from wiredesk_fetcher.sources.schedule import EVERY_NTH

NEWS = b"<p>News</p>"


def said(head: bytes, body: bytes = NEWS) -> bytes:
    return head + b"\r\n" + body


def with_header(header: bytes) -> bytes:
    return said(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\n" + header + b"\r\n")


# Whatever comes of them, it is an outcome.
ANSWERS = {
    "nothing": b"",
    "HTTP/0.9": NEWS,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a status of letters": said(b"HTTP/1.1 2OO OK\r\n"),
    "no status": said(b"HTTP/1.1\r\n"),
    "a long status": said(b"HTTP/1.1 200000 OK\r\n"),
    "status 0": said(b"HTTP/1.1 000 OK\r\nContent-Type: text/html\r\n"),
    "status 999": said(b"HTTP/1.1 999 OK\r\nContent-Type: text/html\r\n"),
    "an odd version": said(b"HTTP/9.9 200 OK\r\nContent-Type: text/html\r\n"),
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "another 101": said(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"),
    "a bell in the reason": said(b"HTTP/1.1 404 \x07\xff\x1b[2J\r\nContent-Length: 0\r\n"),
    "no headers": said(b"HTTP/1.1 200 OK\r\n"),
    "a header without a colon": with_header(b"News"),
    "a header without a name": with_header(b": News"),
    "a blank before the colon": with_header(b"Server : a"),
    "a folded header": with_header(b"Server: a\r\n b"),
    "NUL": with_header(b"Server: \0"),
    "bare line ends": b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 11\n\n" + NEWS,
    "a bare return": with_header(b"Server: a\rX: b"),
    "a megabyte in a header": with_header(b"Server: " + b"a" * 1_000_000),
    "a megabyte in a name": with_header(b"a" * 1_000_000 + b": a"),
    "ten thousand headers": with_header(b"Server: a\r\n" * 10_000),
    "ten thousand cookies": with_header(b"Set-Cookie: a=b; Max-Age=99999\r\n" * 10_000),
    "large cookies": with_header(b"".join(b"Set-Cookie: a%d=%b\r\n" % (n, b"b" * 8000) for n in range(100))),
    "broken cookies": with_header(b"Set-Cookie: =;;\xff=\x01;\r\nSet-Cookie: a\r\nSet-Cookie: \x7f"),
    "a negative length": said(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n"),
    "a length of letters": said(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0x0b\r\n"),
    "a length of 5000 digits": said(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n"),
    "a length of 2**64 - 1": said(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n" % (2**64 - 1)
    ),
    "two lengths": said(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\nContent-Length: 3\r\n"),
    "length and chunks": said(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"b\r\n" + NEWS + b"\r\n0\r\n\r\n",
    ),
    "chunks of another kind": said(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: cow\r\n"),
    "chunked twice": said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "a negative chunk": said(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n", b"-1\r\n"
    ),
    "a chunk of 2**64": said(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n", b"ffffffffffffffffff\r\na\r\n"
    ),
    "broken gzip": with_header(b"Content-Encoding: gzip"),
    "two answers": with_header(b"Server: a") + with_header(b"Server: b"),
    "a location in no redirect": with_header(b"Location: http://[::1"),
    "a type of bytes": said(b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="\xff\xfe"\r\n'),
    "a type of nothing": said(b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe/\xff\r\n"),
    "a type of 8000 bytes": said(b"HTTP/1.1 200 OK\r\nContent-Type: text/" + b"\xff" * 8000 + b"\r\n"),
}
# What a page states about its use is recorded, and what names it is sent back.
STATED = [
    *("X-Robots-Tag", "TDM-Reservation", "TDM-Policy", "Content-Usage", "Link", "ETag", "Last-Modified", "Expires"),
    *("Cache-Control", "Age", "Date", "Retry-After", "Server", "Content-Language"),
]
VALUES = {
    "bytes": b"\xff\xfe\x80",
    "an escape": b"\x1b[2J",
    "a tab": b"a\tb",
    "delete": b"\x7f",
    "a line in JSON": b'"}\\n{"level": "error"}',
    "a link": b'<http://[::1>; rel="license", <\xff>; rel=license; anchor=\xff',
    "folded": b"a\r\n\tb",
    "8000 bytes": b"\xfe" * 8000,
    "characters beyond": "ä\u2028\U0001f6a2\x85".encode(),
    "broken UTF-16": b"\xed\xa0\x80",
    "an odd number": b"9" * 4000,
    "an odd date": b"Mon, 99 Foo 99999 99:99:99 +9999",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_whatever_is_said_there_is_an_outcome_on_every_way(way, reader):
    """No exception but what the work is retried for; `Fetcher` sees that each poll and visit is written down."""
    async with open_fetcher(reader, deadline_seconds=1) as fetcher:
        for answer in ANSWERS.values():
            fetcher.lure.answers["/x"] = answer
            await way(fetcher, f"{fetcher.new_site()}/x")
        assert fetcher.lure.paths.count("/x") >= len(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_page_of_it_is_an_event_fit_for_json_or_tried_again(name, reader):
    async with open_fetcher(reader, deadline_seconds=1) as fetcher:
        fetcher.lure.answers["/story"] = ANSWERS[name]
        event = await fetcher.fetch(f"{fetcher.new_site()}/story?token=s3cret")
        if isinstance(event, TransientError):
            assert event.reason in ("connection", "timeout")
            assert "s3cret" not in str(event)
        else:
            assert isinstance(event, ArticleFetched | ArticleRejected)
            assert type(event).model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_a_page_whose_headers_hold_anything_is_kept_and_told(value, reader, tmp_path):
    async with open_fetcher(reader) as fetcher:
        archive = PageArchive(tmp_path, name="fetcher")
        notes = Notes(fetcher.shelf, archive)
        for number, name in enumerate(STATED):
            fetcher.lure.answers |= {
                "/story": with_header(name.encode() + b": " + value),
                "/feed": rss(f"{fetcher.lure.base}/story"),
            }
            site = fetcher.new_site()
            event = await fetcher.fetch(f"{site}/story", notes=notes)
            if isinstance(event, TransientError):
                # The page was said in no HTTP that can be read.
                assert event.reason == "connection"
                continue
            assert isinstance(event, ArticleFetched | ArticleRejected), name
            line = event.model_dump_json()
            assert type(event).model_validate_json(line) == event
            assert "\n" not in line
            assert "\x1b" not in line
            assert list(tmp_path.iterdir()), number
        archive.close()


# ---- what is sent back ----


SENT_BACK = {
    "plain": b'"one"',
    "weak": b'W/"one"',
    "folded": b'"a\r\n b"',
    "a return": b'"a\rb"',
    "bytes": b'"\xff"',
    "characters": '"ä\u2028"'.encode(),
    "8000 bytes": b'"' + b"a" * 8000 + b'"',
    "a megabyte": b'"' + b"a" * 1_000_000 + b'"',
    "NUL": b'"\0"',
    "control": b'"\x01"',
    "escape": b'"\x1b[2J"',
    "delete": b'"\x7f"',
}


@pytest.mark.parametrize("value", SENT_BACK.values(), ids=SENT_BACK)
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
async def test_a_name_of_a_version_never_keeps_a_source_or_page_from_being_asked(value, header, reader):
    async with open_fetcher(reader) as fetcher:
        url = f"{fetcher.new_site()}/feed"
        body = rss("https://harbour.example/1").partition(b"\r\n\r\n")[2]
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\n" % RSS.encode()
        fetcher.lure.answers["/feed"] = head + b"%b: %b\r\n\r\n%b" % (header.encode(), value, body)
        await fetcher.poll(url)
        assert fetcher.shelf.source.kind or fetcher.shelf.source.health.reason
        fetcher.lure.answers["/feed"] = ok(body, RSS)
        await fetcher.poll(url)
        assert fetcher.shelf.source.health.state.value == "healthy"
        # What came as bytes of another encoding cannot go back as it came, and what is long need not.
        sent = [line for head in fetcher.lure.asked for line in head.split(b"\r\n") if line.startswith(b"If-")]
        assert all(len(line) < 2000 for line in sent)
        kept = {"etag": fetcher.shelf.source.etag, "last_modified": fetcher.shelf.source.last_modified}
        await fetcher.revisit(url, **kept)


async def test_a_name_that_was_kept_once_and_cannot_be_sent_keeps_nobody_from_asking(reader):
    async with open_fetcher(reader) as fetcher:
        url = f"{fetcher.new_site()}/feed"
        fetcher.lure.answers["/feed"] = rss("https://harbour.example/1")
        source = await fetcher.poll(url)
        fetcher.shelf.source = replace(source, etag='"\x01"', last_modified="a\x7f", body_hash="")
        source = await fetcher.poll(url)
        assert (source.health.state.value, source.etag) == ("healthy", "")
        await fetcher.revisit(url, etag='"\x01"', last_modified="a\x7f")
        assert len(fetcher.lure.paths) == 3


async def test_a_name_is_sent_back_until_a_poll_that_names_none(reader):
    """So there is something in the test before this one."""
    async with open_fetcher(reader) as fetcher:
        url = f"{fetcher.new_site()}/feed"
        body = rss("https://harbour.example/1").partition(b"\r\n\r\n")[2]
        fetcher.lure.answers["/feed"] = ok(body, RSS, {"ETag": '"one"'})
        for _ in range(EVERY_NTH + 1):
            await fetcher.poll(url)
        asked = [b'If-None-Match: "one"' in head for head in fetcher.lure.asked if head.startswith(b"GET /feed")]
        assert asked == [False, *[True] * (EVERY_NTH - 1), False]


async def test_no_cookie_is_ever_sent_back(reader):
    async with open_fetcher(reader) as fetcher:
        cookies = {"Set-Cookie": "tracker=1; Path=/; Max-Age=99999\r\nSet-Cookie2: tracker=2"}
        site = fetcher.new_site()
        fetcher.lure.answers |= {
            "/robots.txt": ok("User-agent: *\nAllow: /\n", "text/plain", cookies),
            "/moved": moved("/story").replace(b"Location", b"Set-Cookie: tracker=3\r\nLocation"),
            "/story": ok("<p>News</p>", headers=cookies),
            "/feed": ok(rss("https://harbour.example/1").partition(b"\r\n\r\n")[2], RSS, cookies),
        }
        for _ in range(2):
            await fetcher.fetch(f"{site}/moved")
            await fetcher.fetch(f"{site}/story")
            await fetcher.poll(f"{site}/feed")
            await fetcher.revisit(f"{site}/story")
        assert len(fetcher.lure.asked) >= 11
        assert not [head for head in fetcher.lure.asked if b"cookie" in head.lower()]


# ---- when to come again ----


WAITS = [
    *("0", "-1", "1e9", "0x10", "1.5", "999999999999999999", "9" * 4000, "NaN", "inf", "", " 7 ", "7, 8", "soon"),
    *("Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 99 Foo 99999 99:99:99 +9999"),
    *("Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 01 Jan 1970 00:00:00 -0000", "\uff11\uff12", "١٢", "2026-01-01T00:00:00Z"),
    *("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun, 06 Nov 2050 25:61:61 GMT", "+5", "5;6", "\x1b[2J"),
]


@pytest.mark.parametrize("status", [429, 503])
async def test_whatever_a_site_asks_to_wait_it_is_an_hour_for_a_page_and_a_day_for_a_feed_at_most(status, reader):
    async with open_fetcher(reader) as fetcher:
        for wait in WAITS:
            line = f"HTTP/1.1 {status} Busy\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: {wait}\r\n\r\n"
            fetcher.lure.answers["/busy"] = line.encode()
            began = now()
            page = await fetcher.fetch(f"{fetcher.new_site()}/busy")
            assert isinstance(page, RetryAt), wait
            assert began < page.not_before <= now() + timedelta(hours=1), wait
            source = await fetcher.poll(f"{fetcher.new_site()}/busy")
            assert source.next_poll is not None
            assert began < source.next_poll <= now() + timedelta(hours=24) * 1.1, wait


@pytest.mark.parametrize(
    "header", ["Cache-Control: max-age={0}", "Expires: {0}", "Age: {0}\r\nCache-Control: max-age=60"]
)
async def test_however_long_a_feed_says_it_keeps_it_is_polled_within_a_day(header, reader):
    async with open_fetcher(reader) as fetcher:
        body = rss("https://harbour.example/1", more="<ttl>99999999999999</ttl>").partition(b"\r\n\r\n")[2]
        for wait in WAITS:
            lines = header.format(wait).encode()
            fetcher.lure.answers["/feed"] = (
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\n%b\r\n\r\n%b"
                % (RSS.encode(), lines, body)
            )
            source = await fetcher.poll(f"{fetcher.new_site()}/feed")
            assert source.listed == 1, wait
            assert source.next_poll is not None
            assert now() < source.next_poll <= now() + timedelta(hours=24) * 1.1, wait
            json.dumps(source.why)
