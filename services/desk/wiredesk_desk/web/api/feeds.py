"""The feed of a subscription: the newest articles that it is of, as Atom 1.0 and as JSON Feed 1.1."""

from typing import Any

from fastapi import APIRouter, Request, Response

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting.feeds import ATOM_FOOT, ENTRIES, Feed, atom_head, atom_item, updated
from wiredesk_desk.exporting.markup import on_a_line
from wiredesk_desk.exporting.values import dated, stamp, uri
from wiredesk_desk.running import Problem
from wiredesk_desk.web.api.subscriptions import Name
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import documented, not_found
from wiredesk_desk.web.subscriptions import making
from wiredesk_desk.web.subscriptions.asking import question
from wiredesk_desk.web.subscriptions.keeping import Subscription
from wiredesk_storage.search.asking import Order

router = APIRouter(tags=["subscriptions"])
_ATOM, _JSON = "application/atom+xml", "application/feed+json"


class AtomResponse(Response):
    """An Atom feed."""

    media_type = _ATOM


@router.get("/feeds/{name}.json", summary="A subscription as JSON Feed", responses=documented(404))
async def json_feed(request: Request, desk: TheDesk, name: Name) -> dict[str, Any]:
    """Return the newest articles of a subscription (JSON Feed 1.1)."""
    of, articles = await _newest(desk, name)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(of),
        "feed_url": str(request.url),
        "items": [_item(article, _page(request, article)) for article in articles],
    }


@router.get("/feeds/{name}", summary="A subscription as Atom", response_class=AtomResponse, responses=documented(404))
async def atom_feed(request: Request, desk: TheDesk, name: Name) -> Response:
    """Return the newest articles of a subscription (Atom 1.0)."""
    of, articles = await _newest(desk, name)
    newest = max((updated(article) for article in articles), default=of.created_at)
    head = atom_head(Feed(_title(of), f"urn:wiredesk:subscription:{name}", newest, str(request.url)))
    entries = [atom_item(article, _page(request, article)) for article in articles]
    return AtomResponse(b"".join((head, *entries, ATOM_FOOT)))


async def _newest(desk: Desk, name: str) -> tuple[Subscription, list[ArticleEnriched]]:
    try:
        of = await making.known(desk.subscriptions, name)
    except Problem as error:
        raise not_found(str(error), "/v1/subscriptions") from None
    asked = question(of.question)
    page = await desk.archive.search(asked.q, asked.filters(), order=Order.DATE, limit=ENTRIES)
    events = await desk.archive.current_events([hit.article_id for hit in page.hits])
    return of, list(events.values())


def _title(of: Subscription) -> str:
    return f"Wiredesk: {of.name}"


def _page(request: Request, article: ArticleEnriched) -> str:
    return f"{request.base_url}articles/{article.article_id}"


def _item(article: ArticleEnriched, page: str) -> dict[str, Any]:
    said = {
        "id": article.article_id.urn,
        "url": uri(article.url) or page,
        "title": on_a_line(article.headline),
        "content_text": article.text,
        "summary": on_a_line(article.alternative_headline or ""),
        "date_published": stamp(dated(article)),
        "date_modified": article.date_modified and article.date_modified.isoformat(),
        "authors": [{"name": on_a_line(author)} for author in article.authors],
        "tags": [on_a_line(word) for word in article.keywords],
        "language": article.in_language,
    }
    return {name: value for name, value in said.items() if value}
