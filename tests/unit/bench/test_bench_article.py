"""The door through which an outside measure asks for the whole pipeline's event."""

import inspect
import json

import pytest

from bench import article
from wiredesk.contracts.events import ArticleEnriched, ArticleRejected

PARAGRAPH = "The bridge over the fjord in Oslo opened on Monday, Mayor Kari Solberg said. Nobody had seen it so full."
CAFES = "Caf\N{LATIN SMALL LETTER E WITH ACUTE}s"
PAGE = (
    "<html><head><title>Oslo Opens a Bridge</title><meta charset=windows-1252></head><body><article>"
    f"<h1>Oslo Opens a Bridge</h1>{f'<p>{PARAGRAPH} {CAFES} too.</p>' * 6}"
    "</article></body></html>"
)


def test_its_signature_is_a_promise():
    parameters = inspect.signature(article.read).parameters
    assert {name: one.default for name, one in parameters.items()} == {
        "content": inspect.Parameter.empty,
        "url": None,
        "kind": "html",
    }


def test_a_page_gives_the_enriched_event_as_it_is_on_the_wire():
    event = article.read(PAGE.encode("windows-1252"), "https://example.org/bridge")
    assert ArticleEnriched.model_validate_json(json.dumps(event)).model_dump(mode="json", exclude_none=True) == event
    assert (event["headline"], event["url"]) == ("Oslo Opens a Bridge", "https://example.org/bridge")
    assert CAFES in event["text"]
    assert {"Oslo", "Kari Solberg"} <= {entity["name"] for entity in event["entities"]}


def test_a_text_gives_it_too_and_the_same_text_the_same_event_but_for_its_time():
    text = f"World\n\nOslo Opens a Bridge\n\nPhoto by JONAS VEBER/APX\n\n{PARAGRAPH}\n"
    first, second = article.read(text, kind="text"), article.read(text, kind="text")
    assert (first["article_section"], first["credits"]) == ("World", ["Jonas Veber/APX"])
    when = {"fetched_at": "", "event_id": ""}
    assert first | when == second | when


@pytest.mark.parametrize(
    ("content", "url", "kind", "stage", "reason"),
    [
        ("  ", None, "text", "fetcher", "empty"),
        ("A text of its own.", "ftp://example.org/a", "text", "fetcher", "invalid_url"),
        ("<html><body><p>404</p></body></html>", None, "html", "cleaner", "not_an_article"),
    ],
)
def test_what_the_pipeline_would_reject_gives_its_rejection(
    content: str, url: str | None, kind: str, stage: str, reason: str
):
    event = article.read(content, url, kind)  # type: ignore[arg-type]
    rejected = ArticleRejected.model_validate(event)
    assert (rejected.stage, rejected.reason) == (stage, reason)
