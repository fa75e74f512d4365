"""What the page states, completed by what its lines say, with the source of every field. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from wiredesk.contracts.events import ContentType, Evidence
from wiredesk_cleaner.metadata.content_type import is_gallery
from wiredesk_cleaner.metadata.extraction import Metadata
from wiredesk_cleaner.metadata.language import language_of
from wiredesk_cleaner.zones.line_rules import word_count
from wiredesk_cleaner.zones.views import Found

# How the zones are named whose lines fill a field that nothing else states.
_ZONES = {
    "headline": "zone headline",
    "alternative_headline": "zone subtitle",
    "article_section": "zone section",
    "authors": "zone byline",
    "agency": "zone byline",
    "date_published": "zone date",
}


def completed(stated: Metadata, found: Found, body: str, hint: datetime | None) -> Metadata:
    """Return `stated` with its gaps filled from the zones, its publication date from the feed's `hint`, and a language.

    The feed goes before a date that the page does not state for certain. `evidence` is in the order of field names.
    """
    sure = {evidence.field for evidence in stated.evidence if evidence.certain}
    lines: dict[str, Any] = {
        "headline": found.headline,
        "alternative_headline": found.alternative_headline,
        "article_section": found.section,
        "authors": tuple(found.authors),
        "agency": found.agency,
        "date_published": found.published,
    }
    filled = {field: value for field, value in lines.items() if value and not getattr(stated, field)}
    sources = {evidence.field: evidence for evidence in stated.evidence}
    sources |= {
        field: Evidence(field=field, source=_ZONES[field], certain=field != "date_published") for field in filled
    }
    if hint and "date_published" not in sure | filled.keys():
        filled["date_published"] = hint
        sources["date_published"] = Evidence(field="date_published", source="feed")
    if found.dateline:
        sources["dateline"] = Evidence(field="dateline", source="zone dateline")
    if is_gallery(stated.figures, word_count(body)):
        filled["content_type"] = ContentType.GALLERY
        sources["content_type"] = Evidence(field="content_type", source="figures", certain=False)
    language, source = language_of(body, stated.language)
    if language:
        filled["language"] = language
        sources["in_language"] = Evidence(field="in_language", source=source)
    return replace(stated, **filled, evidence=tuple(sources[field] for field in sorted(sources)))
