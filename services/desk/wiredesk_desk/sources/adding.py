"""Looking at an address before it is added: what is there, its first articles, and a question."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from wiredesk.contracts.submission import check_url
from wiredesk_desk.fetching import fetcher_options, options_for
from wiredesk_desk.output import for_people, heading, paragraph, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.sources import NAME_CONTACT
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.feeds import opml
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.settings import FetcherOptions
from wiredesk_fetcher.sources.probe import Found, Missed, probe
from wiredesk_fetcher.sources.store import SourceStore

_SHOWN = 5
# For somebody who waits: a request a second, as a person who clicks.
_DELAY_SECONDS = 1.0
_MOST_FILE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Addition:
    """A source to be added."""

    url: str
    title: str = ""
    kind: str = ""
    site_url: str = ""
    language: str = ""
    labels: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What is at an address: a source that is `known` already, or what was `found`, the best first."""

    known: Addition | None = None
    found: Sequence[Found] = ()


async def look(
    address: str, store: SourceStore, tell: Callable[[str], None] = lambda _: None, *, here: bool = True
) -> Looked:
    """Return what there is to add at `address`, never nothing; `tell` hears of each address before it is asked.

    `here`: somebody at this machine names it, who may name a site of this machine.

    Raises:
        Problem: it is no address, or nothing was found.
    """
    url = address if "://" in address else f"https://{address}"
    if refusal := check_url(url):
        raise Problem(refusal.message, "wiredesk sources add https://example.org/feed.xml", code=Exit.USAGE)
    known = next((one for one in await store.all() if url in (one.url, one.moved_to)), None)
    if known is not None:
        return Looked(Addition(known.url, known.title))
    found, missed = await _looked_at(url, options_for(url) if here else fetcher_options(), tell)
    if not found:
        raise _nothing(url, missed)
    return Looked(found=found)


async def candidates(address: str, store: SourceStore, *, sure: bool, as_json: bool) -> list[Addition]:
    """Return what there is to add at `address`: looked at, shown, and asked about on a terminal.

    Raises:
        Problem: it is no address, nothing was found, or several were and nobody can be asked.
    """
    looked = await look(address, store, lambda url: say(f"looking at {url}"))
    if looked.known is not None:
        return [looked.known]
    people = for_people(as_json=as_json)
    if people:
        _show(looked.found)
    if sure or not (people and sys.stdin is not None and sys.stdin.isatty()):
        return [addition_of(looked.found[0])]
    return _asked(looked.found)


def file_of(what: str) -> Path | None:
    """Return the file that `what` names, or None when it is an address."""
    return Path(what) if "://" not in what and Path(what).is_file() else None


def from_opml(path: Path) -> list[Addition]:
    """Return the feeds of an OPML file.

    Raises:
        Problem: it is none.
    """
    with path.open("rb") as file:
        body = file.read(_MOST_FILE_BYTES + 1)
    try:
        outlines = opml.read(body)
    except opml.NotOpmlError as error:
        raise Problem(
            f"{path}: {error}", "A list of feeds comes as OPML, which every feed reader exports.", code=Exit.USAGE
        ) from None
    usable = [one for one in outlines if check_url(one.url) is None]
    return [Addition(one.url, one.title[:500], labels=one.labels) for one in usable]


def of_labels(labels: Sequence[str]) -> dict[str, str]:
    """Return labels given as NAME=VALUE.

    Raises:
        Problem: one is not written so.
    """
    for label in labels:
        name, is_written, value = label.partition("=")
        if not is_written or not name or not value or len(name) > 50 or len(value) > 200:
            raise Problem(
                f"--label {label}: write NAME=VALUE, such as language=fi", "wiredesk sources add -h", code=Exit.USAGE
            )
    return dict(label.split("=", 1) for label in labels)


async def _looked_at(
    url: str, options: FetcherOptions, tell: Callable[[str], None]
) -> tuple[Sequence[Found], Sequence[Missed]]:
    options = options.model_copy(update={"delay_seconds": _DELAY_SECONDS})
    async with open_web(options) as web:
        return await probe(Crawler(web, HostsHere(), options, lambda: datetime.now(UTC)), url, tell)


def _nothing(url: str, missed: Sequence[Missed]) -> Problem:
    asked = "\n".join(f"  {one.url}: {one.why}" for one in missed)
    if not fetcher_options().contact and any("no contact" in one.why for one in missed):
        return Problem(
            "the public web is not asked before it is known whom sites may write to: an e-mail address or a page",
            NAME_CONTACT,
            code=Exit.CONFIGURATION,
        )
    return Problem(
        f"no feed or sitemap was found at {url}; asked were\n{asked}",
        "Many sites name their feeds on a page called RSS: `wiredesk sources add` takes its address, or the feed's.",
    )


def _show(found: Sequence[Found]) -> None:
    for number, one in enumerate(found, 1):
        listing = one.listing
        what = "sitemaps" if listing.sitemaps else "articles"
        count = len(listing.sitemaps or listing.items)
        heading(f"{number}  {listing.title or one.url}")
        paragraph(f"{listing.kind.value.replace('_', ' ')}, {count} {what}: {one.url}", indent="   ")
        for item in listing.items[:_SHOWN]:
            day = f"{item.published:%Y-%m-%d %H:%M}  " if item.published else ""
            paragraph(f"{day}{item.title or item.url}", indent="   ")


def _asked(found: Sequence[Found]) -> list[Addition]:
    """Ask which are to be added.

    Raises:
        Problem: none.
    """
    if len(found) == 1:
        if typer.confirm("Add it?", default=True, err=True):
            return [addition_of(found[0])]
        raise Problem("nothing was added")
    answer = typer.prompt(f"Add which? 1 to {len(found)}, all, or none", default="1", err=True).strip().casefold()
    if answer == "all":
        return [addition_of(one) for one in found]
    if answer.isdecimal() and 1 <= int(answer) <= len(found):
        return [addition_of(found[int(answer) - 1])]
    raise Problem("nothing was added")


def addition_of(one: Found) -> Addition:
    """Return the source that a listing becomes."""
    listing = one.listing
    return Addition(
        url=one.answer.moved_to or one.url,
        title=listing.title,
        kind=listing.kind.value,
        site_url=listing.site_url,
        language=listing.language[:35].lower(),
    )
