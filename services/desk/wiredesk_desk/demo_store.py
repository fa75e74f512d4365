"""The demo's look into the store: a story of several papers, a text that several print, a correction, a withdrawal."""

from collections.abc import Iterable

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from wiredesk.client.client import Wiredesk
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleRejected
from wiredesk.contracts.withdrawals import Withdrawal
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.views.receipt_words import differences, kinds
from wiredesk_desk.withdrawing.commands import decide
from wiredesk_local.demo.site import NEAR_COPY, TOLD_ELSEWHERE, DemoSite
from wiredesk_storage.archive import Archive
from wiredesk_storage.revisions.comparison import compare
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.stories.reading import StoryPage

# The fetcher answers at once; a busy machine takes longer.
_SECONDS = 30.0


async def show_stored(wire: Wiredesk, site: DemoSite, dsn: str, console: Console) -> None:
    """Print what the store knows of the demo's articles beyond each of them; withdraw one, and put it back.

    Raises:
        InfrastructureError: PostgreSQL or Kafka cannot be reached.
    """
    async with open_pool(StorageOptions(dsn=SecretStr(dsn), connections=1)) as pool:
        store = Archive(pool)
        told = await store.story(ids.article_id(site.address(TOLD_ELSEWHERE)))
        printed = await store.story(ids.article_id(site.address(NEAR_COPY)))
        changed = await _changed(store, site)
    refused = await _withdrawn(wire, f"{site.url}/partners/{NEAR_COPY}.html")
    console.print()
    console.print(Text("What the store makes of them", style="bold underline"))
    for what, headline, more in (
        ("one event", *_told(told)),
        ("one text", *_printed(printed)),
        ("corrected", site.revisable.headline, changed),
        ("withdrawn", f"/partners/{NEAR_COPY}.html", refused),
    ):
        if more:
            console.print(Text(f"  {what:<12} {headline}", style="bold"), soft_wrap=True)
            console.print(Text(f"               {more}"), soft_wrap=True)


def _told(page: StoryPage | None) -> tuple[str, str]:
    if page is None:
        return "", ""
    papers = dict.fromkeys(one.publisher for one in page.articles if one.publisher)
    if not papers:
        return "", ""
    more = f"told by {_and(papers)}, each in its own words: wiredesk stories {page.story.story_id}"
    return page.story.summary.title, more


def _printed(page: StoryPage | None) -> tuple[str, str]:
    if page is None:
        return "", ""
    copies = [
        f"{one.publisher or 'a text without address'} ({differences(one.differences) or 'word for word'})"
        for one in page.articles
        if one.copy_of
    ]
    if not copies:
        return "", ""
    return page.articles[0].headline, f"printed again by {_and(dict.fromkeys(copies))}: shown once in a story"


async def _changed(store: Archive, site: DemoSite) -> str:
    article_id = ids.article_id(site.address(site.revisable.slug))
    events = await store.events(article_id, {1, 2})
    if len(events) < 2 or site.revisable.revision is None:
        return ""
    wrong, right = site.revisable.revision.replace
    verdict = compare(events[1], events[2]).verdict
    return f"“{wrong}” became “{right}” ({kinds(verdict.kinds)}): wiredesk diff {article_id}"


async def _withdrawn(wire: Wiredesk, url: str) -> str:
    """Withdraw a page, submit it again, and put it back: a later run finds it as this one did."""
    await decide(url, Withdrawal.WITHDRAWN, "the paper took it back")
    try:
        submission = await wire.publish(url=url, source="demo")
        end = (await wire.result(submission, timeout=_SECONDS)).event
    except TimeoutError:
        return ""
    finally:
        await decide(url, Withdrawal.REINSTATED, "")
    if not isinstance(end, ArticleRejected):
        return ""
    return f"found no more, refused by the {end.stage} when it came again ({end.reason}), and reinstated"


def _and(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
