"""`dlq list`, `show` and `discard`: what could not be worked, and what people did about it."""

from collections.abc import Collection, Mapping

from wiredesk.contracts import wire
from wiredesk.contracts.events import DeadLetterSettled, Settlement
from wiredesk_desk.config import system
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.core import OPEN, Group, Identity, Letter, Selection, groups, settlement, state, visible
from wiredesk_desk.output import Row, ago, emit, for_people, heading, paragraph, say, table, typed
from wiredesk_desk.running import Exit, Problem

Settled = Mapping[Identity, DeadLetterSettled]

PREVIEW = 2000
_REASON_LIMIT = 500


async def list_letters(
    which: Selection, *, every: bool = False, discarded: bool = False, flat: bool = False, as_json: bool
) -> Exit:
    """Print the open dead letters by cause; `every` adds those that were replayed or discarded, `flat` lists each.

    With `discarded` only those, each with the reason it was discarded for.
    """
    here = await system()
    settled = await store.settlements(here)
    found = [letter for letter in await store.letters(here) if which.admits(letter)]
    if discarded:
        found = [letter for letter in found if state(letter, settled) == Settlement.DISCARDED]
    elif not every:
        found = [letter for letter in found if state(letter, settled) == OPEN]
    people = for_people(as_json=as_json)
    if flat or discarded:
        rows = [_flat_row(letter, settled, people=people, with_state=every or discarded) for letter in found]
        table(rows, as_json=as_json, empty="no dead letters")
    elif people:
        _show_groups(groups(found), settled)
    else:
        for group in groups(found):
            emit(_group_row(group, settled))
    if found and people:
        say("`replay` and `discard` take positions, --fingerprint or another filter, or --all; --flat lists each.")
    return Exit.OK


def _show_groups(found: Collection[Group], settled: Settled) -> None:
    if not found:
        say("no dead letters")
    for group in found:
        row = _group_row(group, settled)
        states = ", ".join(f"{row[name]} {name}" for name in (OPEN, *Settlement) if row[name])
        first, last = ago(group.letters[0].at), ago(group.sample.at)
        heading(f"{row['fingerprint']}  {row['count']} in the {row['stage']}: {row['reason']}")
        paragraph(row["error"], indent="  ")
        paragraph(f"first {first} ago, last {last} ago; {states}", indent="  ")
        paragraph(typed(f"wiredesk dlq show {row['position']}"), indent="  ")


def _group_row(group: Group, settled: Settled) -> Row:
    sample = group.sample
    states = [state(letter, settled) for letter in group.letters]
    return {
        "fingerprint": sample.fingerprint,
        "count": len(group.letters),
        **{name: states.count(name) for name in (OPEN, *Settlement)},
        "stage": sample.stage,
        "reason": sample.reason,
        "error_type": sample.error_type,
        "error": sample.cause,
        "first": group.letters[0].at.isoformat(),
        "last": sample.at.isoformat(),
        "position": sample.position,
    }


def _flat_row(letter: Letter, settled: Settled, *, people: bool, with_state: bool) -> Row:
    done = settlement(letter, settled)
    what = {"state": state(letter, settled), "note": _note(done)} if with_state else {}
    return {
        "position": letter.position,
        "fingerprint": letter.fingerprint,
        **({} if people else {"stage": letter.stage}),
        "reason": letter.reason,
        "failed": f"{ago(letter.at)} ago" if people else letter.at.isoformat(),
        "error": letter.headers.get(wire.ERROR, ""),
        **what,
        **({} if people else {"origin": letter.origin, "article_id": letter.headers.get("ce_subject", "")}),
    }


def _note(done: DeadLetterSettled | None) -> str:
    if done is None:
        return ""
    return done.reason if done.settlement is Settlement.DISCARDED else f"to {done.sent_to}"


async def show(position: str, *, full: bool = False, as_json: bool) -> Exit:
    """Print one dead letter: where it came from, its headers, its bytes (the beginning unless `full`), what to do."""
    here = await system()
    topic, record = await store.one(here, position)
    letter = Letter.of(record, topic)
    settled = await store.settlements(here)
    value = record.value or b""
    if not for_people(as_json=as_json):
        emit(
            {
                "position": letter.position,
                "at": letter.at.isoformat(),
                "state": state(letter, settled),
                "note": _note(settlement(letter, settled)),
                "fingerprint": letter.fingerprint,
                "headers": dict(letter.headers),
                "key": None if record.key is None else record.key.decode("utf-8", "backslashreplace"),
                "value": value.decode("utf-8", "backslashreplace"),
            }
        )
        return Exit.OK
    _show(letter, value, settled, full=full)
    return Exit.OK


def _show(letter: Letter, value: bytes, settled: Settled, *, full: bool) -> None:
    heading(f"{letter.stage}: {letter.reason}")
    done = settlement(letter, settled)
    about = {
        "position": letter.position,
        "came from": letter.origin,
        "state": state(letter, settled) + (f" {ago(done.settled_at)} ago: {_note(done)}" if done else ""),
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
    reason = " ".join(reason.split())
    if not reason or len(reason) > _REASON_LIMIT:
        what = f"say why, in at most {_REASON_LIMIT} characters"
        raise Problem(what, "wiredesk dlq discard POSITION --reason 'the site is closed'", code=Exit.USAGE)
    store.check_choice(positions, which, every=every)
    here = await system()
    chosen = await store.chosen(here, positions, which, {OPEN})
    async with store.producer(here) as producer:
        await store.settle(producer, here, chosen, Settlement.DISCARDED, reason=reason)
    rows = [{"position": letter.position, "died_of": letter.reason, "reason": reason} for letter in chosen]
    table(rows, as_json=as_json, empty="no dead letters to discard")
    if chosen:
        say(f"{len(rows)} discarded: see `wiredesk dlq list --discarded`.")
        say(f"To put one back after all: wiredesk dlq replay {chosen[0].position}")
    return Exit.OK
