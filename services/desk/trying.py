"""`try`: one article through fetcher, cleaner and tagger in this process; no Kafka, no database."""

from datetime import UTC, datetime

from services.cleaner import core as cleaner
from services.desk import article
from services.desk.config import settings_classes
from services.desk.output import emit, for_people, say, table
from services.desk.publish import item_of
from services.desk.running import Exit, Problem
from services.fetcher.handlers import fetch
from services.fetcher.http import open_web
from services.fetcher.settings import FetcherSettings
from services.tagger import core as tagger
from services.tagger import nlp
from services.tagger.settings import TaggerSettings
from shared.errors import TransientError
from shared.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Rejection
from shared.outcomes import Received
from shared.topics import SUBMITTED


async def try_out(what: str, *, as_json: bool) -> Exit:
    """Print the zones, the clean article and its entities, or why there is none."""
    settings_classes()
    item = item_of(what)
    fetched = await _fetched(ArticleSubmitted(url=item.url, html=item.html, text=item.text, source="wiredesk try"))
    cleaned = cleaner.clean(fetched) if isinstance(fetched, ArticleFetched) else fetched
    if isinstance(cleaned, ArticleRejected):
        if not for_people(as_json=as_json):
            emit(cleaned.model_dump(mode="json"))
        say(f"rejected by the {cleaned.stage}: {cleaned.reason} ({cleaned.detail})")
        if cleaned.reason is Rejection.FORBIDDEN_ADDRESS:
            say("For a site of your own: export WIREDESK_FETCHER__ALLOW_ADDRESSES=127.0.0.1/32")
        return Exit.REJECTED
    options = TaggerSettings.load().tagger
    (tagged,) = nlp.load(options.pipelines, options.knowledge).tag([nlp.article_of(cleaned)])
    enriched = tagger.enrich(cleaned, tagged.entities, **tagged.made_by._asdict())
    if not for_people(as_json=as_json):
        emit(enriched.model_dump(mode="json"))
        return Exit.OK
    table(article.zones(enriched), as_json=False, empty="no zones")
    print()
    article.show(enriched, str(enriched.article_id))
    return Exit.OK


async def _fetched(submission: ArticleSubmitted) -> ArticleFetched | ArticleRejected:
    now = datetime.now(UTC)
    received = Received(event=submission, at=now, topic=SUBMITTED.name, partition=0, offset=0)
    try:
        async with open_web(FetcherSettings.load().fetcher) as web:
            answer = await fetch(received, web=web, clock=lambda: now)
    except TransientError as error:
        raise Problem(str(error), "The pipeline would try again later; so can you.", code=Exit.UNREACHABLE) from None
    if isinstance(answer, ArticleFetched | ArticleRejected):
        return answer
    raise Problem(
        f"the site asks to come back later ({getattr(answer, 'reason', '')})",
        "`wiredesk publish` puts the article on the wire, and the fetcher takes it up again when it may.",
        code=Exit.UNREACHABLE,
    )
