"""XML made to read files, to call others, to grow or to take for ever: on sockets, through the reader's process."""

import json
import time
import urllib.request
from functools import partial

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.memory import peak
from tests.unit.fetcher.hostile.servers import ok
from tests.unit.fetcher.hostile.ways import XML
from wiredesk_fetcher.sources.poller import PARSE_SECONDS

SECRET = "nobody-outside-knows-of-the-boats"
ITEM = "<item><title>{0}</title><link>https://harbour.example/1?{0}</link><description>{0}</description></item>"
LINK = "<url><loc>https://harbour.example/1?{0}</loc></url>"
ENTRY = '<entry><title>{0}</title><link href="https://harbour.example/1?{0}"/><summary>{0}</summary></entry>'

# Each is asked to bring what is at `{to}`.
LEADING = {
    "entity": '<!DOCTYPE {root} [<!ENTITY x SYSTEM "{to}">]><{root}>{body}</{root}>',
    "public entity": '<!DOCTYPE {root} [<!ENTITY x PUBLIC "-//A//B" "{to}">]><{root}>{body}</{root}>',
    "parameter entity": '<!DOCTYPE {root} [<!ENTITY % a SYSTEM "{to}"> %a;]><{root}>{body}</{root}>',
    "entity in an entity": (
        "<!DOCTYPE {root} [<!ENTITY % a '<!ENTITY x SYSTEM \"{to}\">'> %a;]><{root}>{body}</{root}>"
    ),
    "external subset": '<!DOCTYPE {root} SYSTEM "{to}"><{root}>{body}</{root}>',
    "external subset and entity": '<!DOCTYPE {root} SYSTEM "{to}" [<!ENTITY x SYSTEM "{to}">]><{root}>{body}</{root}>',
    "attribute default": '<!DOCTYPE {root} [<!ATTLIST {root} xml:base CDATA "{to}">]><{root}>{body}</{root}>',
    "notation": (
        '<!DOCTYPE {root} [<!NOTATION n SYSTEM "{to}"><!ENTITY x SYSTEM "{to}" NDATA n>]><{root}>{body}</{root}>'
    ),
    "include": (
        '<{root} xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{to}" parse="text"/>{body}</{root}>'
    ),
    "stylesheet": '<?xml-stylesheet type="text/xsl" href="{to}"?><{root}>{body}</{root}>',
    "schema": (
        '<{root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{to}">'
        "{body}</{root}>"
    ),
    "late document type": '<{root}><!DOCTYPE {root} [<!ENTITY x SYSTEM "{to}">]>{body}</{root}>',
    "document type in a comment": '<!--><!DOCTYPE {root} [<!ENTITY x SYSTEM "{to}">]><!----><{root}>{body}</{root}>',
    "document type behind nothing": '\x00<!DOCTYPE {root} [<!ENTITY x SYSTEM "{to}">]>\x00<{root}>{body}</{root}>',
}
ROOTS = {
    "rss": "<channel>" + ITEM.format("&x;") + "</channel>",
    "urlset": LINK.format("&x;"),
    "feed": ENTRY.format("&x;"),
}
# How the same document may be written so that a guard that reads bytes does not see it.
ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-16-be": "utf-16-be", "utf-7": "utf-7", "cp037": "ebcdic-cp-us"}


def documents(to):
    for root, body in ROOTS.items():
        for name, form in LEADING.items():
            yield name, form.format(root=root, body=body, to=to)


@pytest.fixture
def secret(tmp_path):
    """A file that is nobody's business."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_no_document_makes_the_reader_call_or_read_a_file(encoding, reader, secret):
    async with open_fetcher(reader, is_open=True) as fetcher:
        for to in (f"{fetcher.guarded.base}/x", secret.as_uri()):
            for name, document in documents(to):
                body = f'<?xml version="1.0" encoding="{ENCODINGS[encoding]}"?>{document}'.encode(encoding)
                fetcher.lure.answers["/feed"] = ok(body, XML)
                await fetcher.poll(f"{fetcher.new_site()}/feed")
                said = "".join(one.model_dump_json() for one in fetcher.submitted)
                assert SECRET not in said, name
                fetcher.submitted.clear()
        # The probe reads in the process of who asked.
        for _, document in documents(f"{fetcher.guarded.base}/x"):
            fetcher.lure.answers["/feed"] = ok(document, XML)
            await fetcher.probe(f"{fetcher.new_site()}/feed")
        assert fetcher.guarded.connections == 0


async def test_the_reader_could_call_and_the_test_would_hear_it(reader):
    """Or the other tests would prove nothing."""
    async with open_fetcher(reader) as fetcher:
        assert await reader.run(_call, f"{fetcher.guarded.base}/x", timeout=20) == 200
        assert (fetcher.guarded.connections, b"GET /x" in fetcher.guarded.heard) == (1, True)


def _call(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return answer.status


@pytest.mark.parametrize("root", ROOTS)
async def test_laughs_are_not_expanded(root, reader):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    of_parameters = laughs.replace("ENTITY l", "ENTITY % l").replace("&l", "%l")
    kinds = {
        "a billion": f'<!DOCTYPE a [<!ENTITY l0 "lol">{laughs}]>',
        "quadratic": f'<!DOCTYPE a [<!ENTITY l11 "{"lol" * 200_000}">]>',
        "parameters": f'<!DOCTYPE a [<!ENTITY % l0 "lol">{of_parameters}%l11;]>',
        "endless": '<!DOCTYPE a [<!ENTITY l11 "&l12;"><!ENTITY l12 "&l11;">]>',
    }
    async with open_fetcher(reader) as fetcher:
        before = await reader.run(partial(peak, anew=True), timeout=10)
        for name, declared in kinds.items():
            body = ROOTS[root].replace("&x;", "&l11;" * 1000)
            fetcher.lure.answers["/feed"] = ok(f"{declared}<{root}>{body}</{root}>", XML)
            began = await reader.run(time.process_time, timeout=10)
            source = await fetcher.poll(f"{fetcher.new_site()}/feed")
            assert await reader.run(time.process_time, timeout=10) - began < PARSE_SECONDS / 2, name
            assert source.health.reason
            assert "lollol" not in "".join(one.model_dump_json() for one in fetcher.submitted)
        after = await reader.run(peak, timeout=10)
        assert (after or 0) - (before or 0) < 100


async def test_a_title_that_would_steer_a_terminal_or_break_a_line_is_one_field(reader):
    async with open_fetcher(reader) as fetcher:
        title = '\x1b[2J\r\n{"level": "error"}\u202e\x00\ud800 Boats'
        text = json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": title,
                "items": [{"url": "https://harbour.example/1", "title": title, "authors": [{"name": title}]}],
            }
        )
        fetcher.lure.answers["/feed"] = ok(text, "application/feed+json")
        await fetcher.poll(f"{fetcher.new_site()}/feed")
        [one] = fetcher.submitted
        [told] = fetcher.told
        for line in (one.model_dump_json(), told.value.decode()):
            assert "\n" not in line
            assert "\x1b" not in line
            assert json.loads(line)
        assert "\x00" not in f"{one.source}{one.feed_item}"
