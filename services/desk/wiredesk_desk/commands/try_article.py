"""`try`: one article through fetcher, cleaner and tagger in this process; no Kafka, no database."""

from datetime import UTC, datetime
from pathlib import Path

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleSubmitted,
    Content,
    Rejection,
)
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import Received
from wiredesk_cleaner import core as cleaner
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.views import for_readers, story
from wiredesk_cleaner.zones.zone_map import zone_map
from wiredesk_desk.config import settings_classes
from wiredesk_desk.fetching import options_for
from wiredesk_desk.output import emit, for_people, say
from wiredesk_desk.publishing.items import item_of
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.page import page_of
from wiredesk_desk.views.sources import NAME_CONTACT
from wiredesk_desk.views.terminal import show_article, show_zones
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_tagger import nlp
from wiredesk_tagger.settings import TaggerSettings

_TODO = {
    Rejection.FORBIDDEN_ADDRESS: "For a site of your own network: export WIREDESK_FETCHER__ALLOW_ADDRESSES=10.0.0.0/8 "
    "(its addresses)",
    Rejection.NO_CONTACT: f"Type: {NAME_CONTACT}",
}


async def try_out(what: str, *, zones: bool = False, page: Path | None = None, as_json: bool = False) -> Exit:
    """Print the clean article with its entities, or why there is none; with `zones` the zone map alone.

    `page` is a file to write all of it to, as HTML.
    """
    settings_classes()
    item = item_of(what)
    if page is not None and not page.parent.is_dir():
        raise Problem(f"there is no folder {page.parent}", f"mkdir -p {page.parent}", code=Exit.USAGE)
    fetched = await _fetched(ArticleSubmitted(url=item.url, html=item.html, text=item.text, source="wiredesk try"))
    cleaned = cleaner.clean(fetched) if isinstance(fetched, ArticleFetched) else fetched
    if isinstance(cleaned, ArticleRejected):
        if zones and isinstance(fetched, ArticleFetched) and fetched.kind is Content.TEXT:
            # Which lines are no story is why there is none.
            text = tidy(fetched.content)
            found = zone_map(text)
            body = story(text, found)
            show_zones(body, for_readers(found, text, body), as_json=as_json)
        elif not for_people(as_json=as_json):
            emit(cleaned.model_dump(mode="json", exclude_none=True))
        say(f"rejected by the {cleaned.stage}: {cleaned.reason} ({cleaned.detail})")
        if todo := _TODO.get(cleaned.reason):
            say(todo)
        return Exit.REJECTED
    if zones and not page:
        show_zones(cleaned.text, cleaned.zones, as_json=as_json)
        return Exit.OK
    enriched = _tagged(cleaned)
    if page:
        _write(page, page_of(enriched))
    if zones:
        show_zones(cleaned.text, cleaned.zones, as_json=as_json)
    elif for_people(as_json=as_json):
        show_article(enriched)
        say(f"Line by line: `wiredesk try {what} --zones`. As a page: `wiredesk try {what} --html OUT.html`.")
    else:
        emit(enriched.model_dump(mode="json", exclude_none=True))
    return Exit.OK


def _tagged(cleaned: ArticleCleaned) -> ArticleEnriched:
    options = TaggerSettings.load().tagger
    (tagged,) = nlp.load(options.pipelines, options.knowledge).tag([nlp.article_of(cleaned)])
    return tagged.enriched(cleaned)


def _write(page: Path, html: str) -> None:
    try:
        page.write_text(html, "utf-8")
    except OSError as error:
        raise Problem(f"cannot write {page}: {error.strerror}", "Name a file in a folder that is yours.") from None
    say(f"written: {page}")


async def _fetched(submission: ArticleSubmitted) -> ArticleFetched | ArticleRejected:
    now = datetime.now(UTC)
    received = Received(event=submission, at=now, topic=SUBMITTED.name, partition=0, offset=0)
    try:
        options = options_for(submission.url)
        async with open_web(options) as web:
            # One page, for somebody who waits: its robots.txt counts, the time between two requests does not.
            at_once = options.model_copy(update={"delay_seconds": 0})
            crawler = Crawler(web, HostsHere(), at_once, lambda: datetime.now(UTC))
            answer = await fetch(received, crawler=crawler, clock=lambda: now)
    except TransientError as error:
        raise Problem(str(error), "The pipeline would try again later; so can you.", code=Exit.UNREACHABLE) from None
    if isinstance(answer, ArticleFetched | ArticleRejected):
        return answer
    raise Problem(
        f"the site asks to come back later ({getattr(answer, 'reason', '')})",
        "`wiredesk publish` puts the article on the wire, and the fetcher takes it up again when it may.",
        code=Exit.UNREACHABLE,
    )
