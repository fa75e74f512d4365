"""What `wiredesk try` shows of one article."""

import json
import re
import sys

import pytest

from tests.factories import enriched
from wiredesk.contracts.events import Entity, Evidence, Mention, Zone, ZoneKind
from wiredesk_desk.commands import try_article
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.colours import lines, marks, type_colour, zone_colour
from wiredesk_desk.views.page import page_of
from wiredesk_desk.views.terminal import show_article, show_zones

TEXT = "It rained in Oslo.\n\nWhy?\n\nIt rained in Oslo. Ada Marsh of the Oslo Weather Office does not know."
ESCAPE = "\x1b[31m"
WHOLE = "The boats lie on the dry bed of the lake while their owners wait for rain. "


def entity(name: str, type_: str, *starts: int, field: str = "text", **ids: str) -> Entity:
    found = tuple(Mention(field=field, start=at, end=at + len(name), surface=name) for at in starts)
    return Entity(name=name, type=type_, mentions=found, ids=ids)


@pytest.fixture
def article():
    def zone(kind: ZoneKind, rule: str, text: str) -> Zone:
        return Zone(kind=kind, rule=rule, text=text)

    def story(kind: ZoneKind, rule: str, start: int) -> Zone:
        end = TEXT.find("\n", start)
        return Zone(kind=kind, rule=rule, start=start, end=end if end > 0 else len(TEXT))

    headline = "Rain <b>over</b> Oslo"
    return enriched(TEXT, headline=headline).model_copy(
        update={
            "zones": (
                zone(ZoneKind.SECTION, "section_word", "World"),
                zone(ZoneKind.HEADLINE, "headline", headline),
                zone(ZoneKind.CREDIT, "credit_line", f"Photo: <script>alert(1)</script> {ESCAPE}"),
                story(ZoneKind.BODY, "prose", 0),
                story(ZoneKind.HEADING, "between_prose", TEXT.index("Why?")),
                story(ZoneKind.BODY, "prose", TEXT.rindex("It rained")),
                zone(ZoneKind.CAPTION, "beside_credit", WHOLE * 20),
            ),
            "entities": (
                entity("Oslo", "GPE", TEXT.index("Oslo"), TEXT.index("Oslo. Ada"), iso3166="NO"),
                entity("Ada Marsh", "PERSON", TEXT.index("Ada")),
                entity("Oslo Weather Office", "ORG", TEXT.index("Oslo W")),
                entity("Oslo", "LOC", TEXT.index("Oslo W")),
                entity("Oslo", "GPE", headline.index("Oslo"), field="headline"),
            ),
            "evidence": (
                Evidence(field="headline", source="zone headline"),
                Evidence(field="date_published", source="url", certain=False),
            ),
        }
    )


def on_a_terminal(monkeypatch):
    # In the test and not in a fixture: pytest changes sys.stdout between set-up and call.
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_every_line_of_the_input_is_there_once_with_its_place_in_the_text(article):
    found = lines(article.text, article.zones)
    assert [line.zone.kind.value for line in found] == [zone.kind.value for zone in article.zones]
    story = [line for line in found if line.offset is not None]
    assert [line.text for line in story] == TEXT.split("\n\n")
    assert all(TEXT[line.offset :].startswith(line.text) for line in story)
    assert story[2].offset == TEXT.rindex("It rained")


def test_entities_in_colour_do_not_overlap(article):
    assert [TEXT[mark.start : mark.end] for mark in marks(article, "text")] == [
        "Oslo",
        "Oslo",
        "Ada Marsh",
        "Oslo Weather Office",
    ]
    assert [mark.type for mark in marks(article, "headline")] == ["GPE"]


def test_the_map_is_ndjson_with_whole_lines_in_a_pipe(article, capsys):
    show_zones(article.text, article.zones, as_json=False)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {"zone": "section", "rule": "section_word", "start": None, "end": None, "line": "World"}
    assert rows[-1]["line"] == WHOLE * 20
    assert len(rows) == len(article.zones)


def test_the_map_is_ndjson_on_a_terminal_when_asked_for(article, capsys, monkeypatch):
    on_a_terminal(monkeypatch)
    show_zones(article.text, article.zones, as_json=True)
    assert all(json.loads(line) for line in capsys.readouterr().out.splitlines())


def test_the_map_on_a_terminal_is_in_colour_names_each_rule_and_fits(article, capsys, monkeypatch):
    on_a_terminal(monkeypatch)
    show_zones(article.text, article.zones, as_json=False)
    out = capsys.readouterr().out
    assert "\x1b[38;2;" in out
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(map(len, shown.splitlines())) <= 80
    assert all(zone.rule in shown for zone in article.zones)
    assert "body 2" in shown
    assert WHOLE * 20 not in " ".join(shown.split())


def test_what_steers_a_terminal_does_not_reach_it(article, capsys, monkeypatch):
    on_a_terminal(monkeypatch)
    show_zones(article.text, article.zones, as_json=False)
    assert ESCAPE not in capsys.readouterr().out


def test_without_colour_an_entity_carries_its_type(article, capsys, monkeypatch):
    on_a_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    show_article(article)
    out = capsys.readouterr().out
    assert "\x1b[38" not in out
    assert "\x1b[48" not in out
    assert "in Oslo [GPE]." in out
    assert "Ada Marsh [PERSON]" in out


def test_with_colour_an_entity_has_that_of_its_type_and_no_brackets(article, capsys, monkeypatch):
    on_a_terminal(monkeypatch)
    show_article(article)
    out = capsys.readouterr().out
    assert "\x1b[30;48;2;" in out
    assert "[GPE]" not in out


def test_the_page_is_whole_and_can_neither_load_nor_run_anything(article):
    page = page_of(article)
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img|iframe)|\son\w+=|url\(|src=|@import", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Rain &lt;b&gt;over&lt;/b&gt; <mark" in page


def test_the_page_shows_zones_entities_and_evidence(article):
    page = page_of(article)
    for zone in article.zones:
        assert f"<span>{zone.kind.value}<small>{zone.rule}</small></span>" in page
    assert page.count(">Oslo</mark>") == 6  # the headline, two in the text, three in the list
    assert page.count(">Oslo Weather Office</mark>") == 2
    assert '<td class="from">zone headline</td>' in page
    assert "iso3166 NO" in page


def test_an_article_without_language_or_entities_makes_a_page(article):
    bare = article.model_copy(update={"in_language": None, "entities": (), "evidence": (), "headline": ""})
    assert "(no headline)" in page_of(bare)


def test_every_kind_of_zone_has_a_colour_but_the_story():
    assert {kind.value for kind in ZoneKind if zone_colour(kind) is None} == {"body", "heading", "quote", "list"}
    assert type_colour("PERSON") != type_colour("ORG") != type_colour("NOBODY KNOWS")


async def test_a_page_that_cannot_be_written_is_a_problem_with_its_reason(tmp_path):
    source = tmp_path / "story.txt"
    source.write_text("Lake pact signed\n\nThe lake states have signed the pact.")
    with pytest.raises(Problem, match="there is no folder"):
        await try_article.try_out(str(source), page=tmp_path / "nowhere" / "out.html")
    with pytest.raises(Problem, match="cannot write"):
        await try_article.try_out(str(source), page=tmp_path)


async def test_zones_of_a_file_are_shown(tmp_path, capsys):
    source = tmp_path / "story.txt"
    source.write_text("Lake pact signed\n\nThe lake states have signed the pact.\n\nReal Time Analytics")
    assert await try_article.try_out(str(source), zones=True) is Exit.OK
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["zone"] for row in rows] == ["headline", "body", "tracker"]


async def test_the_zones_of_a_text_without_a_story_are_shown(tmp_path, capsys):
    source = tmp_path / "menu.txt"
    source.write_text("Home\nShare\nRead more: How the lakes began to fall")
    assert await try_article.try_out(str(source), zones=True) is Exit.REJECTED
    shown = capsys.readouterr()
    assert [json.loads(line)["zone"] for line in shown.out.splitlines()] == ["navigation", "share", "related"]
    assert "rejected by the cleaner: not_an_article" in shown.err


async def test_a_page_of_a_file_is_written(tmp_path, capsys):
    source, page = tmp_path / "story.txt", tmp_path / "out.html"
    source.write_text("Lake pact signed\n\nThe lake states have signed the pact in Oslo.")
    assert await try_article.try_out(str(source), page=page) is Exit.OK
    assert "The lake states have signed the pact" in page.read_text("utf-8")
    assert json.loads(capsys.readouterr().out)["headline"] == "Lake pact signed"
