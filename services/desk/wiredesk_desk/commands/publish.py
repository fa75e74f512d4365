"""`publish`: URLs, files, standard input and whole lists onto the wire, and what became of each."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from wiredesk.client.client import Wiredesk
from wiredesk.client.records import Entry, RefusedError, Submission
from wiredesk.contracts.events import Rejection
from wiredesk_desk.config import System, system
from wiredesk_desk.output import Row, emit, for_people, heading, paragraph, progress, say, table
from wiredesk_desk.publishing.following import Follower, following
from wiredesk_desk.publishing.items import Item, as_they_come, how_many, item_of, of_page, opened, refusal
from wiredesk_desk.publishing.journal import Journal
from wiredesk_desk.publishing.telling import progress_of, receipt, stop
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.sources import NAME_CONTACT

# Of a list so many are under way at a time: the topics never hold more of it than that.
AT_ONCE = 200
# The contract's.
MAX_SOURCE_CHARS = 200
_NO_ANSWER = "no answer in time"
_BAD = ("refused", "rejected", "dead letter")


async def publish(
    what: list[str],
    *,
    source: str,
    wait: bool,
    timeout: float,  # noqa: ASYNC109 - the user's option
    as_json: bool,
    url: str | None = None,
    published_hint: str | None = None,
) -> Exit:
    """Publish all, then wait for all receipts; print a row each. What would be rejected is not sent at all."""
    check_source(source)
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
    check_source(source)
    here = await system()
    people = for_people(as_json=as_json)
    counts: Counter[str] = Counter()
    passed_over = 0
    with opened(lines) as file, Journal(journal) as done:

        async def left() -> AsyncIterator[tuple[str, Item]]:
            nonlocal passed_over
            async for line, item in as_they_come(file):
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
    left: AsyncIterator[tuple[str, Item]],
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

    try:
        async with asyncio.TaskGroup() as group:
            async for found in left:
                await turns.acquire()
                group.create_task(one(*found))
    except BaseExceptionGroup as several:
        # They fail for one reason, and that has its own message and exit code.
        raise _first(several) from None


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def _one(item: Item, wire: Wiredesk, follower: Follower, *, source: str, seconds: float | None) -> Row:
    submission = await _send(item, wire, follower, source)
    if not isinstance(submission, Submission):
        return submission
    if seconds is None:
        follower.forget(submission.correlation_id)
        return _submitted(item, submission)
    return await _result(item, submission, follower, seconds)


async def _send(item: Item, wire: Wiredesk, follower: Follower, source: str) -> Submission | Row:
    """Return the submission, or the row of one that only the client could refuse: written as JSON it is too large."""
    correlation_id = str(uuid.uuid4())
    follower.expect(correlation_id)
    try:
        return await wire.submit(item.submission(source), correlation_id=correlation_id)
    except RefusedError as error:
        follower.forget(correlation_id)
        return {"what": item.name, "status": "refused", "reason": error.reason, "detail": str(error)}


async def _through(
    items: list[Item], here: System, *, source: str, seconds: float | None, as_json: bool
) -> Mapping[Item, Row]:
    """Send a few, say of each what happens to it, and return the rows of their ends."""
    sent: dict[str, tuple[Item, Submission]] = {}

    told: dict[str, int] = {}

    def tell(entry: Entry) -> None:
        item, submission = sent[entry.correlation_id]
        # The topics are read side by side: what is behind what was told already is no news.
        if told.get(entry.correlation_id, -1) >= (stage := progress_of(entry)):
            return
        told[entry.correlation_id] = stage
        say(f"{f'{item.name}: ' if len(items) > 1 else ''}{stop(entry, submission)}")

    people = for_people(as_json=as_json)
    async with Wiredesk(here.kafka, lane=here.lane.name) as wire, following(wire, tell if people else None) as follower:
        refused: dict[Item, Row] = {}
        for item in items:
            submission = await _send(item, wire, follower, source)
            if not isinstance(submission, Submission):
                refused[item] = submission
                continue
            sent[submission.correlation_id] = item, submission
            if people and seconds is not None:
                say(f"{item.name}: sent, article {submission.article_id}")
        if seconds is None:
            return refused | {item: _submitted(item, one) for item, one in sent.values()}
        try:
            found = await asyncio.gather(*(_result(item, one, follower, seconds) for item, one in sent.values()))
        except asyncio.CancelledError:
            for _, one in sent.values():
                say(f"It was sent, and goes on. Type: wiredesk explain {one.article_id}")
            raise
    return refused | dict(zip((item for item, _ in sent.values()), found, strict=True))


def check_source(source: str) -> None:
    """Raise a `Problem` when `source` is longer than the contract admits."""
    if len(source) > MAX_SOURCE_CHARS:
        raise Problem(f"--source has {len(source)} characters, {MAX_SOURCE_CHARS} are admitted", code=Exit.USAGE)


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


def _submitted(item: Item, submission: Submission) -> Row:
    return {"what": item.name, **_ids(submission), "status": "submitted"}


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
    is_table = len(rows) > 1 or not for_people(as_json=as_json)
    for line in dict.fromkeys(_what_next(row, is_table=is_table) for row in rows):
        if line:
            say(line)


def _what_next(row: Row, *, is_table: bool) -> str:
    """Return what is left to say of a row, of which a table shows no detail."""
    if row["status"] == "refused" and is_table:
        return f"{row['what']} was not sent: {row['detail']}"
    if row["status"] == _NO_ANSWER:
        return f"{row['what']}: no receipt yet. Type: wiredesk explain {row['article_id']}"
    if row["status"] == "dead letter":
        return f"{row['what']} is a dead letter. Type: wiredesk dlq show {row['position']}"
    if row.get("reason") == Rejection.WITHDRAWN:
        return f"{row['what']} was withdrawn or erased. To take that back: wiredesk reinstate {row['article_id']}"
    return f"Type: {NAME_CONTACT}" if row.get("reason") == Rejection.NO_CONTACT else ""
