"""Pages and feeds in encodings that are unknown, untrue or broken: no exception, nothing lost, all fit for JSON."""

import codecs
import json

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.servers import ok
from tests.unit.fetcher.hostile.ways import RSS
from wiredesk.contracts.events import ArticleFetched

# The declarations of strangers: in HTTP, in a meta element, in an XML declaration.
DECLARED = [
    *("utf-8", "utf-7", "utf-16", "utf-16le", "utf-32", "latin1", "windows-1252", "x-user-defined", "gb18030", "big5"),
    *("iso-2022-jp", "hz-gb-2312", "cp037", "idna", "rot13", "zlib", "unicode_escape", "undefined", "mbcs", ""),
    *("utf-8; utf-7", "a" * 5000, "../../etc", "\\", '"', "\xff", "%s"),
]
BODIES = {
    "broken UTF-8": b"<p>Boats \xc3\x28 \xa0\xa1 \xe2\x28\xa1 \xf0\x28\x8c\x28 \xff\xfe home</p>",
    "overlong UTF-8": b"<p>Boats \xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf \xc0\x80 home</p>",
    "surrogates": b"<p>Boats \xed\xa0\x80 \xed\xbf\xbf \xed\xa0\xbd\xed\xb8\x80 home</p>",
    "UTF-16 without a mark": "<p>Boats come home</p>".encode("utf-16-le"),
    "UTF-16 with half a character": codecs.BOM_UTF16_BE + "<p>Boats home</p>".encode("utf-16-be") + b"\xd8",
    "UTF-32": "<p>Boats come home</p>".encode("utf-32"),
    "UTF-7": b"<p>Boats +ADw-script+AD4- home</p>",
    "EBCDIC": "<p>Boats come home</p>".encode("cp037"),
    "NULs": b"\0<p>Bo\0ats\0 home</p>\0",
    "every byte": b"<p>Boats " + bytes(range(256)) + b" home</p>",
    "escapes": b"<p>Boats \x1b$B\x1b(J\x1b$)C\x0e\x0f ~{ ~} \x8e\xa1 home</p>",
    "marks of all kinds": b"".join((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) + b"<p>Boats home</p>",
    "not characters": "<p>Boats \ufffe\uffff\U0010ffff\u2028\u202e\x85 home</p>".encode(),
    "a mark and nothing else": codecs.BOM_UTF8,
}
# A feed is in one encoding: what stands between its items cannot be in these.
WIDE = {"UTF-16 without a mark", "UTF-16 with half a character", "UTF-32", "EBCDIC"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_page_in_any_encoding_is_an_article_fit_for_json(body, reader):
    async with open_fetcher(reader) as fetcher:
        for charset in DECLARED:
            declared = charset.encode("latin-1")
            for content in (body, b'<meta charset="' + declared + b'">' + body):
                fetcher.lure.answers["/story"] = (
                    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html; charset=%b\r\n\r\n%b"
                    % (declared, content)
                )
                event = await fetcher.fetch(f"{fetcher.new_site()}/story")
                if content == codecs.BOM_UTF8:
                    assert event.reason.value == "empty"
                    continue
                assert isinstance(event, ArticleFetched), charset
                said = event.model_dump_json()
                assert ArticleFetched.model_validate_json(said) == event
                assert "\0" not in event.content
                assert len(event.content) >= len(content) / 4 - 1, "characters are lost"


@pytest.mark.parametrize("charset", ["utf-7", "idna", "rot13", "base64", "unicode_escape", "none", "", "undefined"])
async def test_an_encoding_that_is_none_of_the_web_is_not_decoded_on_a_strangers_word(charset, reader):
    async with open_fetcher(reader) as fetcher:
        text = "<p>+ADw-script+AD4- \\u003cscript\\u003e PHNjcmlwdD4= &lt;o&gt;</p>"
        fetcher.lure.answers["/story"] = ok(text, f"text/html; charset={charset}")
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert event.content == text


@pytest.mark.parametrize("name", sorted(BODIES.keys() - WIDE))
async def test_a_feed_in_any_encoding_loses_no_item(name, reader):
    async with open_fetcher(reader) as fetcher:
        text = BODIES[name].translate(None, b"<>&")
        for charset in DECLARED:
            declared = charset.encode("latin-1")
            content = (
                b'<?xml version="1.0" encoding="%b"?><rss version="2.0"><channel><title>Harbour Post</title>'
                b"<item><title>%b</title><link>https://harbour.example/1</link></item>"
                b"<item><title>Boats</title><link>https://harbour.example/2</link></item></channel></rss>"
            ) % (declared, text)
            fetcher.submitted.clear()
            fetcher.lure.answers["/feed"] = (
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b; charset=%b\r\n\r\n%b"
                % (RSS.encode(), declared, content)
            )
            await fetcher.poll(f"{fetcher.new_site()}/feed")
            if charset.startswith("utf-16"):
                # It begins like ASCII, and HTTP's word counts before that.
                continue
            assert {one.url for one in fetcher.submitted} == {f"https://harbour.example/{n}" for n in (1, 2)}, charset
            for one in fetcher.submitted:
                assert "\0" not in json.dumps(json.loads(one.model_dump_json()), ensure_ascii=False)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_robots_txt_in_any_encoding_is_obeyed(body, reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers |= {"/inside": ok("<p>News</p>"), "/outside": ok("<p>News</p>")}
        for charset in DECLARED:
            rules = b"User-agent: *\nDisallow: /inside\n#" + body.replace(b"\n", b"") + b"\n"
            fetcher.lure.answers["/robots.txt"] = (
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain; charset=%b\r\n\r\n%b"
                % (charset.encode("latin-1"), rules)
            )
            site = fetcher.new_site()
            assert (await fetcher.fetch(f"{site}/inside")).reason.value == "robots"
            assert isinstance(await fetcher.fetch(f"{site}/outside"), ArticleFetched)
