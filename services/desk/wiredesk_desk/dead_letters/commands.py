"""`dlq list`, `show` and `discard`: what could not be worked, and what people did about it."""

from collections.abc import Collection

from wiredesk.contracts import wire
from wiredesk.contracts.events import Settlement
from wiredesk_desk.config import System, system
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.core import OPEN, Group, Letter, Selection, groups, settlement, state, visible
from wiredesk_desk.dead_letters.rows import Settled, Shown, group_row, letter_row, listed, note, whole, without
from wiredesk_desk.output import Row, ago, emit, for_people, heading, paragraph, say, table, typed
from wiredesk_desk.running import Exit, Problem

PREVIEW = 2000
# The contract's.
REASON_LIMIT = 500


async def list_letters(
    which: Selection, *, every: bool = False, discarded: bool = False, flat: bool = False, as_json: bool
) -> Exit:
    """Print the open dead letters by cause; `every` adds those that were replayed or discarded, `flat` lists each.

    With `discarded` only those, each with the reason it was discarded for.
    """
    here = await system()
    settled = await store.settlements(here)
    shown = Shown.DISCARDED if discarded else Shown.ALL if every else Shown.OPEN
    found = listed(await store.letters(here), settled, which, shown)
    people = for_people(as_json=as_json)
    if flat or discarded:
        rows = [_row(letter, settled, people=people, with_state=every or discarded) for letter in found]
        table(rows, as_json=as_json, empty="no dead letters")
    elif people:
        _show_groups(groups(found), settled)
    else:
        for group in groups(found):
            emit(group_row(group, settled))
    if found and people:
        say("`replay` and `discard` take positions, --fingerprint or another filter, or --all; --flat lists each.")
    return Exit.OK


def _show_groups(found: Collection[Group], settled: Settled) -> None:
    if not found:
        say("no dead letters")
    for group in found:
        row = group_row(group, settled)
        states = ", ".join(f"{row[name]} {name}" for name in (OPEN, *Settlement) if row[name])
        first, last = ago(group.letters[0].at), ago(group.sample.at)
        heading(f"{row['fingerprint']}  {row['count']} in the {row['stage']}: {row['reason']}")
        paragraph(row["error"], indent="  ")
        paragraph(f"first {first} ago, last {last} ago; {states}", indent="  ")
        paragraph(typed(f"wiredesk dlq show {row['position']}"), indent="  ")


def _row(letter: Letter, settled: Settled, *, people: bool, with_state: bool) -> Row:
    row = letter_row(letter, settled)
    if people:
        row["failed"] = f"{ago(letter.at)} ago"
    left_out = (*(() if with_state else ("state", "note")), *(("stage", "origin", "article_id") if people else ()))
    return without(row, left_out)


async def show(position: str, *, full: bool = False, as_json: bool) -> Exit:
    """Print one dead letter: where it came from, its headers, its bytes (the beginning unless `full`), what to do."""
    here = await system()
    topic, record = await store.one(here, position)
    letter = Letter.of(record, topic)
    settled = await store.settlements(here)
    if not for_people(as_json=as_json):
        emit(whole(letter, record, settled))
        return Exit.OK
    _show(letter, record.value or b"", settled, full=full)
    return Exit.OK


def _show(letter: Letter, value: bytes, settled: Settled, *, full: bool) -> None:
    heading(f"{letter.stage}: {letter.reason}")
    done = settlement(letter, settled)
    about = {
        "position": letter.position,
        "came from": letter.origin,
        "state": state(letter, settled) + (f" {ago(done.settled_at)} ago: {note(done)}" if done else ""),
        "fingerprint": letter.fingerprint,
        "bytes": f"{letter.size:,}",
    }
    for name, text in {**about, **letter.headers}.items():
        paragraph(f"{name}: {text}", indent="  ")
    print()
    text = visible(value)
    paragraph(text if full else text[:PREVIEW])
    if len(text) > PREVIEW and not full:
        say(f"… {len(text) - PREVIEW:,} more characters: wiredesk dlq show {letter.position} --full")
    for todo in next_steps(letter):
        say(todo)


def next_steps(letter: Letter) -> list[str]:
    """Return what one may type next."""
    explained = letter.headers.get(wire.CORRELATION) or letter.headers.get("ce_subject")
    steps = {
        "would it pass now": f"wiredesk dlq replay {letter.position} --dry-run",
        "put it back": f"wiredesk dlq replay {letter.position}",
        "all of this cause": f"wiredesk dlq replay --fingerprint {letter.fingerprint} --dry-run",
        "leave it dead": f"wiredesk dlq discard {letter.position} --reason '…'",
    }
    if letter.pointer:
        # The letter does not hold the record: there is nothing to put back.
        steps = {"leave it dead": steps["leave it dead"]}
    if explained:
        steps["its whole way"] = f"wiredesk explain {explained}"
    width = max(map(len, steps))
    return [f"{name:{width}}  {command}" for name, command in steps.items()]


async def discard(
    positions: Collection[str], which: Selection, *, every: bool = False, reason: str, as_json: bool
) -> Exit:
    """Leave dead letters dead, and keep why: they are no longer listed as open. Kafka keeps them until retention."""
    reason = reason_of(reason)
    store.check_choice(positions, which, every=every)
    here = await system()
    chosen = await store.chosen(here, positions, which, {OPEN})
    await discard_all(here, chosen, reason)
    rows = [{"position": letter.position, "died_of": letter.reason, "reason": reason} for letter in chosen]
    table(rows, as_json=as_json, empty="no dead letters to discard")
    if chosen:
        say(f"{len(rows)} discarded: see `wiredesk dlq list --discarded`.")
        say(f"To put one back after all: wiredesk dlq replay {chosen[0].position}")
    return Exit.OK


def reason_of(text: str) -> str:
    """Return why something is discarded, white space folded.

    Raises:
        Problem: nothing is said, or too much.
    """
    reason = " ".join(text.split())
    if not reason or len(reason) > REASON_LIMIT:
        what = f"say why, in at most {REASON_LIMIT} characters"
        raise Problem(what, "wiredesk dlq discard POSITION --reason 'the site is closed'", code=Exit.USAGE)
    return reason


async def discard_all(here: System, chosen: Collection[Letter], reason: str) -> None:
    """Write down that letters are left dead; durable when it returns.

    Raises:
        KafkaError: Kafka did not take it.
    """
    async with store.producer(here) as producer:
        await store.settle(producer, here, chosen, Settlement.DISCARDED, reason=reason)
