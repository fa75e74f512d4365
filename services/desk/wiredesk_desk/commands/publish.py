"""`publish`: URLs, files, standard input and whole lists onto the wire, and what became of each."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from wiredesk.client.client import Wiredesk
from wiredesk.client.records import Entry, RefusedError, Submission
from wiredesk.contracts.events import ArticleStored
from wiredesk_desk.config import System, system
from wiredesk_desk.output import Row, emit, for_people, heading, paragraph, progress, say, table
from wiredesk_desk.publishing.following import Follower, following
from wiredesk_desk.publishing.items import Item, how_many, in_lines, item_of, of_page, opened, refusal
from wiredesk_desk.publishing.journal import Journal
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.journey import due, stage_of

# Of a list so many are under way at a time: the topics never hold more of it than that.
AT_ONCE = 200
_NO_ANSWER = "no answer in time"
_BAD = ("refused", "rejected", "dead letter")


async def publish(
    what: list[str],
    *,
    source: str,
    wait: bool,
    timeout: float,  # noqa: ASYNC109 - as above
    as_json: bool,
    url: str | None = None,
    published_hint: str | None = None,
) -> Exit:
    """Publish all, then wait for all receipts; print a row each. What would be rejected is not sent at all."""
    hint = time_of(published_hint)
    if url is not None and len(what) > 1:
        raise Problem("--url is of one page or text", f"wiredesk publish {what[0]} --url {url}", code=Exit.USAGE)
    items = [of_page(item_of(name), url, hint) for name in what]
    rows: dict[Item, Row] = {item: refused for item in items if (refused := _refused(item))}
    admitted = [item for item in items if item not in rows]
    if admitted:
        rows |= await _through(
            admitted, await system(), source=source, seconds=timeout if wait else None, as_json=as_json
        )
    in_order = [rows[item] for item in items]
    _print(in_order, as_json=as_json)
    return verdict(in_order)


async def publish_lines(
    lines: str,
    *,
    source: str,
    wait: bool,
    timeout: float,  # noqa: ASYNC109 - the user's option
    journal: Path | None,
    as_json: bool,
) -> Exit:
    """Publish a list, `AT_ONCE` at a time; print a row each in a pipe, for people what failed and a summary.

    With a `journal` what it names is passed over, and what is done is added.
    """
    here = await system()
    people = for_people(as_json=as_json)
    counts: Counter[str] = Counter()
    passed_over = 0
    with opened(lines) as file, Journal(journal) as done:

        def left() -> Iterator[tuple[str, Item]]:
            nonlocal passed_over
            for line, item in in_lines(file):
                if done.has(line):
                    passed_over += 1
                    advance()
                else:
                    yield line, item

        def told(line: str, row: Row) -> None:
            counts[str(row["status"])] += 1
            if row["status"] != _NO_ANSWER:
                done.note(line, row)
            if not people:
                emit(row)
            elif row["status"] in _BAD:
                reason = ": ".join(str(row[name]) for name in ("reason", "detail") if row.get(name))
                say(f"{row['what']}: {row['status']}, {reason}")
            advance()

        async with Wiredesk(here.kafka, lane=here.lane.name) as wire, following(wire) as follower:
            with progress("published", how_many(lines)) as advance:
                try:
                    await _all(left(), wire, follower, told, source=source, seconds=timeout if wait else None)
                except asyncio.CancelledError:
                    more = "go on with the same command" if journal else "with --journal FILE it could go on from here"
                    say(f"stopped after {counts.total():,}; {more}")
                    raise
    if passed_over:
        say(f"passed over, because they are in {journal}: {passed_over:,}")
    ends = ", ".join(f"{n:,} {name}" for name, n in counts.most_common())
    say(f"published {counts.total():,}" + (f": {ends}" if ends else ""))
    return verdict([{"status": status} for status in counts])


async def _all(
    left: Iterator[tuple[str, Item]],
    wire: Wiredesk,
    follower: Follower,
    told: Callable[[str, Row], None],
    *,
    source: str,
    seconds: float | None,
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(line: str, item: Item) -> None:
        try:
            told(line, _refused(item) or await _one(item, wire, follower, source=source, seconds=seconds))
        finally:
            turns.release()

    async with asyncio.TaskGroup() as group:
        # Whoever writes the list may take their time, and what is sent already goes on.
        while (found := await asyncio.to_thread(next, left, None)) is not None:
            await turns.acquire()
            group.create_task(one(*found))


async def _one(item: Item, wire: Wiredesk, follower: Follower, *, source: str, seconds: float | None) -> Row:
    try:
        submission = await _send(item, wire, follower, source)
    except RefusedError as error:
        return {"what": item.name, "status": "refused", "reason": error.reason, "detail": str(error)}
    if seconds is None:
        return {"what": item.name, **_ids(submission), "status": "submitted"}
    return await _result(item, submission, follower, seconds)


async def _send(item: Item, wire: Wiredesk, follower: Follower, source: str) -> Submission:
    correlation_id = str(uuid.uuid4())
    follower.expect(correlation_id)
    return await wire.publish(
        url=item.url,
        html=item.html,
        text=item.text,
        source=item.source or source,
        published_hint=item.published_hint,
        correlation_id=correlation_id,
    )


async def _through(
    items: list[Item], here: System, *, source: str, seconds: float | None, as_json: bool
) -> Mapping[Item, Row]:
    """Send a few, say of each what happens to it, and return the rows of their ends."""
    sent: dict[str, tuple[Item, Submission]] = {}

    def tell(entry: Entry) -> None:
        item, submission = sent[entry.correlation_id]
        say(f"{f'{item.name}: ' if len(items) > 1 else ''}{stop(entry, submission)}")

    people = for_people(as_json=as_json)
    async with Wiredesk(here.kafka, lane=here.lane.name) as wire, following(wire, tell if people else None) as follower:
        for item in items:
            submission = await _send(item, wire, follower, source)
            sent[submission.correlation_id] = item, submission
            if people and seconds is not None:
                say(f"{item.name}: sent, article {submission.article_id}")
        if seconds is None:
            return {item: {"what": item.name, **_ids(one), "status": "submitted"} for item, one in sent.values()}
        try:
            found = await asyncio.gather(*(_result(item, one, follower, seconds) for item, one in sent.values()))
        except asyncio.CancelledError:
            for _, one in sent.values():
                say(f"It was sent, and goes on. Type: wiredesk explain {one.article_id}")
            raise
    return dict(zip((item for item, _ in sent.values()), found, strict=True))


def stop(entry: Entry, submission: Submission) -> str:
    """Return what a stop says to somebody who waits: where the article is, or until when it is delayed and why."""
    after = f"{max(0.0, (entry.at - submission.at).total_seconds()):.1f} s"
    if stage_of(entry) != "retry":
        return f"{stage_of(entry)} after {after}"
    why = _WHY.get(entry.reason, entry.reason)
    return f"delayed: {why}; next try {due(entry).astimezone():%H:%M:%S}"


# What the fetcher's reasons mean to somebody who waits; any other is told as it is.
_WHY = {
    "connection": "the host does not answer",
    "timeout": "the host takes too long",
    "dns": "the name of the host cannot be looked up now",
    "unknown_host": "there is no host of that name",
    "host_busy": "other articles of the host come first",
    "http_429": "the site asks to come back later",
    "http_503": "the site is not available now",
}


def time_of(text: str | None) -> datetime | None:
    """Return a time as typed (ISO 8601; without a zone UTC).

    Raises:
        Problem: it is none.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"{text!r} is no time", "Write it as 2026-11-20T12:00Z.", code=Exit.USAGE) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def verdict(rows: Iterable[Row]) -> Exit:
    """Return the exit code: the worst that happened to any item."""
    statuses = {row["status"] for row in rows}
    if statuses & set(_BAD):
        return Exit.REJECTED
    return Exit.TIMEOUT if _NO_ANSWER in statuses else Exit.OK


def _refused(item: Item) -> Row | None:
    if item.wrong:
        return {"what": item.name, "status": "refused", "reason": "invalid_line", "detail": item.wrong}
    found = refusal(item)
    if found is None:
        return None
    return {"what": item.name, "status": "refused", "reason": found.reason.value, "detail": found.message}


async def _result(item: Item, submission: Submission, follower: Follower, seconds: float) -> Row:
    try:
        return {"what": item.name, **_ids(submission), **receipt(await follower.end(submission, seconds))}
    except TimeoutError:
        return {"what": item.name, **_ids(submission), "status": _NO_ANSWER}


def receipt(entry: Entry) -> Row:
    """Return what the end of a submission's way says."""
    if isinstance(entry.event, ArticleStored):
        event = entry.event
        more = {"duplicate_of": str(event.duplicate_of)} if event.duplicate_of else {}
        return {"status": event.status.value, "revision": event.revision, "headline": event.headline, **more}
    status = "rejected" if entry.event is not None else "dead letter"
    detail = getattr(entry.event, "detail", "")
    return {
        "status": status,
        "stage": entry.stage,
        "reason": entry.reason,
        "detail": detail,
        "position": entry.position,
    }


def _ids(submission: Submission) -> Row:
    return {"article_id": str(submission.article_id), "correlation_id": submission.correlation_id}


def _print(rows: list[Row], *, as_json: bool) -> None:
    if not for_people(as_json=as_json):
        for row in rows:
            emit(row)
    elif len(rows) == 1:
        heading(f"{rows[0]['what']}: {rows[0]['status']}")
        for name, value in rows[0].items():
            if value and name not in ("what", "status", "correlation_id"):
                paragraph(f"{name.replace('_', ' ')}: {value}", indent="  ")
    else:
        names = ("what", "status", "reason", "headline", "article_id")
        table([{name: row.get(name) for name in names} for row in rows], as_json=False, empty="")
    for row in rows:
        if row["status"] == "refused" and (len(rows) > 1 or not for_people(as_json=as_json)):
            say(f"{row['what']} was not sent: {row['detail']}")
        elif row["status"] == _NO_ANSWER:
            say(f"{row['what']}: no receipt yet. Type: wiredesk explain {row['article_id']}")
        elif row["status"] == "dead letter":
            say(f"{row['what']} is a dead letter. Type: wiredesk dlq show {row['position']}")
