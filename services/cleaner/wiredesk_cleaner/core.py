"""One article as fetched in, one clean article or a refusal with its evidence out. Pure, picklable, needs no pool."""

from itertools import chain

from wiredesk.contracts import identity, ids
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleFetched,
    ArticleRejected,
    Content,
    Rejection,
    ServiceName,
    Zone,
    ZoneKind,
)
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash, text_hash
from wiredesk_cleaner.html.page import Page, read_page
from wiredesk_cleaner.metadata.evidence import completed
from wiredesk_cleaner.metadata.extraction import Metadata
from wiredesk_cleaner.normalisation import fold, one_line, tidy
from wiredesk_cleaner.quality.grade import quality
from wiredesk_cleaner.quality.not_an_article import STORY_WORDS, too_little, wall
from wiredesk_cleaner.zones.line_rules import ends_sentence, match, word_count
from wiredesk_cleaner.zones.views import Found, add_caption, for_readers, found_in, story
from wiredesk_cleaner.zones.zone_map import zone_map

# Part of every event id: a change of what the cleaner makes of the same input is a new version.
CLEANER_VERSION = "8"
# No article comes near it; it bounds the time, and the zones of what passes fit their topic's largest record.
MAX_LINES = 20_000


class Refused(Exception):  # noqa: N818 - a refusal is no error
    """Why there is no article here."""

    def __init__(self, reason: Rejection, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def clean(event: ArticleFetched) -> ArticleCleaned | ArticleRejected:
    """Clean one fetched page or text.

    The same input gives the same event, ids included. Zone offsets count in the article's text. Takes no time limit
    of its own: a hostile page must be run where it can be killed.
    """
    try:
        return _from_page(event) if event.kind is Content.HTML else _from_text(event)
    except Refused as refusal:
        return rejected(event, refusal.reason, refusal.detail)


def rejected(event: ArticleFetched, reason: Rejection, detail: str) -> ArticleRejected:
    """Return the refusal of `event`, whose id is part of the refusal's: refused again on redelivery it is the same."""
    refusal = ArticleRejected(
        event_id=identity.UNIDENTIFIED,
        article_id=event.article_id,
        stage=ServiceName.CLEANER,
        reason=reason,
        detail=detail[:500],
        url=event.url,
    )
    return identity.identified(refusal, "cleaner.rejected", CLEANER_VERSION, source=str(event.event_id))


def _from_text(event: ArticleFetched) -> ArticleCleaned:
    text = tidy(event.content)
    if not text.strip():
        raise Refused(Rejection.EMPTY, "no text")
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        raise Refused(Rejection.TOO_LARGE, f"the text has {lines:,} lines, {MAX_LINES:,} are admitted")
    zones = zone_map(text)
    body = story(text, zones)
    found = found_in(zones)
    if not body:
        raise Refused(Rejection.NOT_AN_ARTICLE, f"no sentence in {len(zones)} lines")
    blocked = wall(found.headline or one_line(text[:200]), body if word_count(body) >= STORY_WORDS else text)
    if blocked:
        raise Refused(Rejection.NOT_AN_ARTICLE, blocked)
    return _article(event, text, zones, found, Metadata(), body=body)


def _from_page(event: ArticleFetched) -> ArticleCleaned:
    page = read_page(event.content, event.url, event.fetched_at)
    if page is None or not (page.text or page.visible):
        raise Refused(Rejection.EMPTY, "the page has no text")
    if page.text.count("\n") > 2 * MAX_LINES:
        raise Refused(Rejection.TOO_LARGE, f"the page has more than {MAX_LINES:,} blocks")
    zones = zone_map(page.text, _known(page), extracted=True)
    body = story(page.text, zones)
    _refuse_no_article(page, body)
    # The mark-up tells the parts of a caption, its line in the text does not.
    found = found_in(zone for zone in zones if zone.rule != "known_caption")
    for part in chain.from_iterable(page.captions.values()):
        add_caption(found, part)
    return _article(
        event, page.text, zones, found, page.metadata, body=body, visible=page.visible, expected_f1=page.expected_f1
    )


def _known(page: Page) -> dict[str, ZoneKind]:
    """What the page's mark-up says about its lines, by folded line."""
    stated = page.metadata
    known = {fold(line): ZoneKind.HEADING for line in page.headings if match(line) is None}
    known |= {fold(caption): ZoneKind.CAPTION for caption in page.captions}
    # A description that is a sentence is as often the first paragraph as the subtitle.
    for subtitle in (stated.alternative_headline, stated.description):
        if subtitle and not ends_sentence(subtitle):
            known[fold(subtitle)] = ZoneKind.SUBTITLE
    return known | {fold(line): ZoneKind.HEADLINE for line in (stated.headline, *stated.h1) if line}


def _refuse_no_article(page: Page, body: str) -> None:
    words = word_count(body)
    # Extraction may keep one sentence of a log-in form, so a short story is judged by all that the reader sees; beside
    # a longer one the page's own cookie banner is no wall.
    shown = page.visible if words < STORY_WORDS else body
    reason = wall(page.metadata.title or page.metadata.headline, shown) or too_little(
        words, page.metadata, page.teasers
    )
    if reason:
        raise Refused(Rejection.NOT_AN_ARTICLE, reason)


def _article(
    event: ArticleFetched,
    text: str,
    zones: tuple[Zone, ...],
    found: Found,
    page: Metadata,
    *,
    body: str,
    visible: str = "",
    expected_f1: float = 1.0,
) -> ArticleCleaned:
    """Put the fields together. `text` is what the zones count in, `body` its story, `page` what the mark-up says."""
    length, words = word_count(body), words_of(body)
    stated = completed(page, found, body, event.published_hint)
    grade, reasons = quality(text, body, zones, stated, visible=visible, expected_f1=expected_f1)
    cleaned = ArticleCleaned(
        event_id=identity.UNIDENTIFIED,
        article_id=event.article_id,
        url=event.url,
        canonical_url=stated.canonical_url,
        headline=stated.headline,
        alternative_headline=stated.alternative_headline,
        text=body,
        article_section=stated.article_section,
        authors=stated.authors,
        contributors=tuple(found.contributors),
        credits=tuple(found.credits),
        captions=tuple(found.captions),
        agency=stated.agency,
        dateline=found.dateline,
        publisher=stated.publisher,
        keywords=stated.keywords,
        in_language=stated.language,
        date_published=stated.date_published,
        date_modified=stated.date_modified,
        images=stated.images,
        is_accessible_for_free=stated.is_accessible_for_free,
        content_type=stated.content_type,
        evidence=stated.evidence,
        quality=grade,
        quality_reasons=reasons,
        zones=for_readers(zones, text, body),
        word_count=length,
        content_hash=ids.content_hash(stated.headline, body),
        text_hash=text_hash(words),
        minhash=minhash(words),
        cleaner_version=CLEANER_VERSION,
        fetched_at=event.fetched_at,
        source=event.source,
        source_labels=event.source_labels,
        feed_item=event.feed_item,
        rights=event.rights,
    )
    return identity.identified(cleaned, "cleaned", CLEANER_VERSION)
