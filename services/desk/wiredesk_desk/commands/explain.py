"""`explain`: the journey of one article through the topics, and where it is now."""

import asyncio
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from wiredesk.client import offsets
from wiredesk.client.records import Entry
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleSubmitted
from wiredesk.contracts.submission import without_credentials
from wiredesk.contracts.topics import PUBLIC, RETRY_TOPICS, WITHDRAWN, Topic, dead_letters
from wiredesk.contracts.wire import subject
from wiredesk.contracts.withdrawals import ArticleWithdrawn, Withdrawal
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.config import System, system
from wiredesk_desk.dead_letters import store
from wiredesk_desk.output import duration, emit, for_people, heading, paragraph, plain, say, table, typed
from wiredesk_desk.reading import read
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.article import article as print_article
from wiredesk_desk.views.journey import Round, Step, Whereabouts, rounds, steps, whereabouts
from wiredesk_storage.archive import StoredArticle

# What is keyed by something else, or may have no key: all of it must be read.
_UNKEYED = tuple(topic for topic in PUBLIC if topic.key != "article_id") + RETRY_TOPICS + dead_letters()
_KEYED = tuple(topic for topic in PUBLIC if topic.key == "article_id")


async def explain(wanted: str, *, as_json: bool) -> Exit:
    """Print every record of one article, its submissions apart, and where it is now.

    `wanted` is an article id, a URL, or the correlation id of a submission: then only that submission is shown.
    """
    name = identify(wanted)
    here = await system()
    # In this order: what was committed before the records were read has its outcome among them.
    lag = await offsets.lag(here.kafka, here.lane)
    entries = await _collect(here, name)
    articles = sorted({article for entry in entries if (article := article_of(entry))})
    if len(articles) > 1 and name not in articles:
        return _several(name, articles, as_json=as_json)
    found = rounds(entries)
    shown = [one for one in found if one.correlation_id == name] or found
    people = for_people(as_json=as_json)
    article_id = name if name in articles else "".join(articles)
    withdrawn = await _withdrawn(here, article_id or name)
    if not shown:
        if withdrawn is None:
            return await _not_on_the_topics(name, wanted, as_json=as_json)
        _tell_withdrawn(withdrawn, people=people)
        return Exit.OK
    settled = await store.settlements(here)
    now = datetime.now(UTC)
    if people:
        heading(f"article {article_id or 'without an id'}")
    for number, one in enumerate(shown, start=1):
        place = whereabouts(one, lag, settled, now)
        if people:
            _show(one, place, f"submission {number} of {len(shown)}: " if len(shown) > 1 else "")
        else:
            _emit(one, place, number, article_id)
    enriched = [entry.event for one in shown for entry in one.entries if isinstance(entry.event, ArticleEnriched)]
    if withdrawn is not None:
        _tell_withdrawn(withdrawn, people=people)
    elif enriched:
        _tell_article(enriched[-1], article_id, people=people)
    if len(shown) < len(found):
        say(f"{len(found) - len(shown)} more submissions of the article: wiredesk explain {article_id}")
    return Exit.OK


def identify(wanted: str) -> str:
    """Return what is looked for: an article id (of a URL: its article's), or a correlation id.

    Raises:
        Problem: it can be neither.
    """
    if "://" in wanted:
        return str(ids.article_id(wanted))
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    if not wanted or "/" in wanted or any(c.isspace() for c in wanted):
        what = f"{wanted!r} is neither an id nor a URL"
        raise Problem(what, "Give a URL with its https://, or find it: wiredesk search 'words of it'", code=Exit.USAGE)
    return wanted


def article_of(entry: Entry) -> str:
    """Return the article a record is about; for a submission without our headers its content says."""
    if isinstance(entry.event, ArticleSubmitted):
        return str(subject(entry.event))
    return entry.article_id


async def _collect(here: System, name: str) -> list[Entry]:
    """Return the records that `name` stands for, without their values; of several articles only the first found."""
    entries = await _everywhere(here, _UNKEYED, {name})
    articles = {article for entry in entries if (article := article_of(entry))}
    article = name
    if articles and name not in articles:
        if len(articles) > 1:
            return entries
        # It is a correlation id: other submissions of its article may be on the same topics.
        (article,) = articles
        entries = await _everywhere(here, _UNKEYED, {name, article})
    entries += await _everywhere(here, _KEYED, {article}, key=article)
    if not entries:
        # The submission is gone and with it the article's id: only reading everything finds a correlation id.
        entries = await _everywhere(here, _KEYED, {name})
    return list({entry.position: entry for entry in entries}.values())


async def _everywhere(
    here: System, topics: Collection[Topic], names: AbstractSet[str], *, key: str | None = None
) -> list[Entry]:
    found = await asyncio.gather(*(_of(here, topic, names, key=key) for topic in topics))
    return [entry for entries in found for entry in entries]


async def _of(here: System, topic: Topic, names: AbstractSet[str], *, key: str | None) -> list[Entry]:
    """The records of `topic` that are about an article, or come of a submission, in `names`; with `key` only of it."""
    wanted = None if key is None else key.encode()
    keys = {name.encode() for name in names}
    found = []
    async with aclosing(read(here.kafka, [here.lane.topic(topic)], key=wanted)) as records:
        async for record in records:
            if wanted is not None and record.key != wanted:
                continue
            entry = Entry.of(record, topic)
            if record.key in keys or not names.isdisjoint({article_of(entry), entry.correlation_id}):
                found.append(replace(entry, value=b""))
    return found


async def _withdrawn(here: System, article_id: str) -> ArticleWithdrawn | None:
    """Return that an article is withdrawn or erased now; None when it is neither."""
    entries = await _of(here, WITHDRAWN, {article_id}, key=article_id)
    events = [entry.event for entry in entries if isinstance(entry.event, ArticleWithdrawn)]
    return events[-1] if events and events[-1].kind is not Withdrawal.REINSTATED else None


def _tell_article(event: ArticleEnriched, article_id: str, *, people: bool) -> None:
    if people:
        print_article(event)
    else:
        emit({"kind": "article", "article_id": article_id, "event": event.model_dump(mode="json", exclude_none=True)})


def _tell_withdrawn(event: ArticleWithdrawn, *, people: bool) -> None:
    if not people:
        told = {"decision": event.kind.value, "reason": event.reason, "at": event.at}
        emit({"kind": "withdrawal", "article_id": event.article_id, **told})
        return
    paragraph(f"It was {event.kind.value} on {event.at:%Y-%m-%d %H:%M:%S} UTC: {event.reason}")
    say(f"Take it back: wiredesk reinstate {event.article_id}")


def _several(name: str, articles: Sequence[str], *, as_json: bool) -> Exit:
    table([{"correlation_id": name, "article_id": article} for article in articles], as_json=as_json, empty="")
    say(f"{name} stands for {len(articles)} articles. Type: wiredesk explain {articles[0]}")
    return Exit.OK


def _emit(one: Round, place: Whereabouts, number: int, article_id: str) -> None:
    common = {"article_id": article_id, "submission": number, "correlation_id": one.correlation_id}
    for step in steps(one.entries):
        topic, partition, offset = step.position.rsplit("/", 2)
        emit(
            {
                "kind": "hop",
                **common,
                "stage": step.stage,
                "at": step.at.isoformat(),
                "seconds_since_previous": None if step.since is None else step.since.total_seconds(),
                "tries": step.tries,
                "topic": topic,
                "partition": int(partition),
                "offset": int(offset),
                "detail": step.detail,
            }
        )
    emit(
        {
            "kind": "now",
            **common,
            "state": place.code,
            "seconds": one.took.total_seconds(),
            "tries": one.tries,
            "detail": place.sentence,
        }
    )


def _show(one: Round, place: Whereabouts, title: str) -> None:
    tried = f", {one.tries} tries" if one.tries > 1 else ""
    paragraph(f"{title}{one.correlation_id or 'no correlation id'}, {duration(one.took)}{tried}")
    table([_row(step) for step in steps(one.entries)], as_json=False, empty="", right=("after",))
    paragraph(typed(place.sentence))
    print()


def _row(step: Step) -> dict[str, object]:
    after = "" if step.since is None else f"+{duration(step.since)}"
    waited = f" (written anew {step.times - 1} times while it waits)" if step.times > 1 else ""
    at = f"{step.at:%m-%d %H:%M:%S}"
    return {"stage": step.stage, "at": at, "after": after, "position": step.position, "detail": step.detail + waited}


async def _not_on_the_topics(name: str, wanted: str, *, as_json: bool) -> Exit:
    """Say what the store knows of an article that no topic holds (any more); it was asked for as `wanted`."""
    asked = plain(without_credentials(wanted) if "://" in wanted else wanted)
    todo = "Retention may have removed it: try `wiredesk search`. Publish it with `wiredesk publish URL`."
    try:
        article = await _stored(name)
    except InfrastructureError as error:
        raise Problem(f"no record of {asked} is on the topics, and the store does not answer ({error})", todo) from None
    if article is None:
        raise Problem(f"no record of {asked} is on the topics or in the store: it was never seen, or not lately", todo)
    last = article.revisions[-1]
    sentence = (
        f"It is stored since {article.first_stored_at:%Y-%m-%d %H:%M:%S} UTC ({last.status}, revision "
        f"{last.revision}); its records are no longer on the topics."
    )
    if for_people(as_json=as_json):
        heading(f"article {name}")
        _print_revisions(article)
        paragraph(sentence)
    else:
        emit({"kind": "now", "article_id": name, "state": "stored", "detail": sentence})
    return Exit.OK


async def _stored(name: str) -> StoredArticle | None:
    try:
        article_id = UUID(name)
    except ValueError:
        return None
    async with archive() as stored:
        return await stored.article(article_id)


def _print_revisions(article: StoredArticle) -> None:
    rows: Sequence[dict[str, object]] = [
        {"revision": one.revision, "status": one.status, "stored": one.stored_at, "position": one.position}
        for one in article.revisions
    ]
    table(rows, as_json=False, empty="")
