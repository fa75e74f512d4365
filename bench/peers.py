"""Other extractors, called as their documentation says. What is not installed here is left out of the table."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Answer = dict[str, Any]
Extractor = Callable[[str, str | None], Answer]

_TALK = re.compile(r"javascript|terms of use|privacy policy|cookie policy|uses? (?:of )?cookies")
_STOPS = (".", "?", "!", '"', "'", "\u201d", "\u2019")


def _trafilatura(**options: Any) -> Extractor:
    def run(html: str, _: str | None) -> Answer:
        return {"text": import_module("trafilatura").extract(html, include_comments=False, **options)}

    return run


def _trafilatura_metadata(html: str, url: str | None) -> Answer:
    found = import_module("trafilatura").bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    authors = (found.author or "").split(";") if found.author else []
    return {"text": found.text, "title": found.title, "authors": authors, "date": found.date}


def _readability(html: str, _: str | None) -> Answer:
    document = import_module("readability").Document(html)
    body = import_module("lxml.html").fromstring(document.summary(html_partial=True))
    return {"text": "\n".join(body.itertext()), "title": document.short_title()}


def _resiliparse(html: str, _: str | None) -> Answer:
    to_text = import_module("resiliparse.extract.html2text")
    return {"text": to_text.extract_plain_text(html, main_content=True, alt_texts=False, links=False)}


def _newspaper(html: str, url: str | None) -> Answer:
    article = import_module("newspaper").Article(url or "http://example.invalid/", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "date": article.publish_date,
    }


def _justext(html: str, _: str | None) -> Answer:
    justext = import_module("justext")
    paragraphs = justext.justext(html, justext.get_stoplist("English"))
    return {"text": "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)}


def _as_is(text: str, _: str | None) -> Answer:
    return {"text": text}


def _c4(text: str, _: str | None) -> Answer:
    """The line rule of the C4 corpus: three words, a closing mark, no talk of cookies or scripts."""
    kept = (
        line
        for line in text.splitlines()
        if len(line.split()) >= 3
        and line.endswith(_STOPS)
        and not line.endswith("...")
        and not _TALK.search(line.lower())
    )
    return {"text": "\n".join(kept)}


BASELINE, WITH_METADATA = "trafilatura default", "trafilatura with metadata"
_JUSTEXT = "jusText, English"
# They judge words by a list of English ones, so a page in another language would say nothing of them.
ENGLISH_ONLY = frozenset({_JUSTEXT})
_HTML: Mapping[str, tuple[str, Extractor]] = {
    BASELINE: ("trafilatura", _trafilatura()),
    "trafilatura precision": ("trafilatura", _trafilatura(favor_precision=True)),
    "trafilatura recall": ("trafilatura", _trafilatura(favor_recall=True)),
    "trafilatura fast": ("trafilatura", _trafilatura(fast=True)),
    WITH_METADATA: ("trafilatura", _trafilatura_metadata),
    "readability-lxml": ("readability", _readability),
    "resiliparse": ("resiliparse", _resiliparse),
    "newspaper4k": ("newspaper", _newspaper),
    _JUSTEXT: ("justext", _justext),
}
PLAIN: Mapping[str, Extractor] = {"text as it is": _as_is, "C4 line rule": _c4}


def installed() -> dict[str, Extractor]:
    """Return the HTML extractors that can be imported here, by name."""
    return {name: run for name, (module, run) in _HTML.items() if find_spec(module)}
