"""Which article a person means."""

from dataclasses import dataclass
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.contracts.submission import check_url
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.withdrawals.decisions import Withdrawals


@dataclass(frozen=True, slots=True)
class Named:
    """What was typed: an article id, or a URL with the id of what is submitted from it."""

    article_id: UUID
    url: str | None = None

    def __str__(self) -> str:
        return self.url or f"article {self.article_id}"


def named(text: str) -> Named:
    """Return what `text` names.

    Raises:
        Problem: it is neither an id nor a URL that could be submitted.
    """
    if "://" in text:
        if refusal := check_url(text):
            raise Problem(refusal.message, "wiredesk withdraw https://example.org/a --reason '…'", code=Exit.USAGE)
        return Named(ids.article_id(text), text)
    try:
        return Named(UUID(text))
    except ValueError:
        what = f"{text!r} is neither an article id nor a URL"
        raise Problem(what, "Find it: wiredesk search 'words of it'", code=Exit.USAGE) from None


async def found(store: Withdrawals, what: Named) -> UUID | None:
    """Return the article that is stored, or was decided about, under this name; None: there is none.

    Raises:
        Problem: there are several.
    """
    articles = await store.find(what.article_id, what.url)
    if len(articles) > 1:
        several = ", ".join(str(one) for one in articles[:5])
        raise Problem(f"{what} is the address of several articles: {several}", "Name one by its id.", code=Exit.USAGE)
    return articles[0] if articles else None
