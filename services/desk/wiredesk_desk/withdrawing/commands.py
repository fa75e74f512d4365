"""The verbs: the store decides in one transaction, the fetchers refuse, the topics are told; then it counts as told.

Broken off in between, the same command goes on: it finds what was decided, and does the rest.
"""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import asyncpg
import typer
from aiokafka.errors import KafkaError

from wiredesk.client import admin
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import CURRENT, ENRICHED, Lane
from wiredesk.contracts.withdrawals import Withdrawal
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.config import System, system
from wiredesk_desk.output import emit, for_people, heading, paragraph, plain, say, table
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.withdrawing import announcing, left, places, which
from wiredesk_desk.withdrawing.left import Left
from wiredesk_desk.withdrawing.which import Named
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.withdrawals.decisions import Decision, Outcome, Withdrawals

_REASON_LIMIT = 500
_VERBS = {Withdrawal.WITHDRAWN: "withdraw", Withdrawal.ERASED: "erase", Withdrawal.REINSTATED: "reinstate"}


async def withdraw(text: str, *, reason: str, as_json: bool) -> Exit:
    """Hide an article (its id or URL), and refuse it when it comes again; its history is kept."""
    what, reason = which.named(text), _reason(reason, Withdrawal.WITHDRAWN)
    here = await system()
    async with places.store(here) as store:
        article_id = await which.found(store, what)
        if article_id is None:
            todo = f"To have it refused from now on: wiredesk erase {shlex.quote(text)} --reason {shlex.quote(reason)}"
            raise Problem(f"{plain(str(what))} is not in the store", todo)
        what = Named(article_id, what.url)
        outcome, is_at_entrance = await _decided(here, store, what, Withdrawal.WITHDRAWN, reason)
    if _told(outcome, is_at_entrance=is_at_entrance, as_json=as_json):
        kept = "Its history is kept." if outcome.decision.kind is Withdrawal.WITHDRAWN else "Nothing of it is kept."
        say(f"It is no longer found, and refused when it is submitted again. {kept}")
        say(f"Take it back: wiredesk reinstate {article_id}")
    return Exit.OK


async def erase(text: str, *, reason: str, sure: bool, as_json: bool) -> Exit:
    """Delete all that is stored of an article (its id or URL), refuse it from now on, and say what is left where.

    One that was never stored is refused as well. Asks on a terminal, unless `sure`.
    """
    what, reason = which.named(text), _reason(reason, Withdrawal.ERASED)
    here = await system()
    async with places.store(here) as store:
        found = await which.found(store, what)
        what = Named(found or what.article_id, what.url)
        if not (sure or await _may_erase(store, what)):
            say("nothing was erased")
            return Exit.FAILED
        outcome, is_at_entrance = await _decided(here, store, what, Withdrawal.ERASED, reason)
    rows = [one for lane in _lanes(here, outcome.decision) for one in await _left_on(here, lane)] + left.elsewhere()
    if not _told(outcome, is_at_entrance=is_at_entrance, as_json=as_json):
        for one in rows:
            emit({"kind": "left", "where": one.where, "days": one.days, "until": one.until, "how_long": one.how_long})
        return Exit.OK
    if found is None:
        say("Nothing of it was ever stored. It is refused from now on.")
    else:
        deleted = ", ".join(f"{table} {rows:,}" for table, rows in outcome.erased.items() if rows)
        say(f"Rows deleted: {deleted}." if deleted else "No rows of it are left to delete.")
    say("What may be left of its text, where, and for how long:")
    table([{"where": one.where, "how_long": one.how_long} for one in rows], as_json=False, empty="")
    say(
        f"Its id, its address and the reason are kept, so that it is refused. Take it back: wiredesk reinstate "
        f"{what.article_id}"
    )
    return Exit.OK


async def reinstate(text: str, *, as_json: bool) -> Exit:
    """Take back that an article (its id or URL) was withdrawn or erased."""
    what = which.named(text)
    here = await system()
    async with places.store(here) as store:
        what = Named(await which.found(store, what) or what.article_id, what.url)
        outcome, is_at_entrance = await _decided(here, store, what, Withdrawal.REINSTATED, "")
    if _told(outcome, is_at_entrance=is_at_entrance, as_json=as_json):
        if outcome.was_stored:
            say(f"It is found again, and on {CURRENT.name}.")
        else:
            address = shlex.quote(outcome.decision.url or "FILE")
            say(f"Nothing of it is stored. Submit it anew: wiredesk publish {address}")
    return Exit.OK


async def decide(url: str, kind: Withdrawal, reason: str) -> None:
    """Decide about the article at `url`, as the verbs do, and tell nobody but the system.

    Raises:
        Problem: nothing is there to be decided about.
    """
    what = which.named(url)
    here = await system()
    async with places.store(here) as store:
        named = Named(await which.found(store, what) or what.article_id, what.url)
        await _decided(here, store, named, kind, reason)


async def unannounced(here: System) -> list[Decision]:
    """Return the decisions that the topics do not tell yet; none where nobody has made the table.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    try:
        async with open_pool(StorageOptions(dsn=here.dsn, connections=1)) as pool:
            return await Withdrawals(pool).unannounced()
    except InfrastructureError as error:
        if isinstance(error.__cause__, asyncpg.UndefinedTableError):
            return []
        raise


def command(decision: Decision) -> str:
    """Return what to type so that a decision is carried out to its end."""
    words = ["wiredesk", _VERBS[decision.kind], str(decision.article_id)]
    words += ["--reason", decision.reason] if decision.kind is not Withdrawal.REINSTATED else []
    return shlex.join(words)


def _reason(reason: str, kind: Withdrawal) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > _REASON_LIMIT:
        what = f"say why, in at most {_REASON_LIMIT} characters"
        raise Problem(what, f"wiredesk {_VERBS[kind]} ARTICLE --reason 'the story is false'", code=Exit.USAGE)
    return reason


async def _decided(
    here: System, store: Withdrawals, what: Named, kind: Withdrawal, reason: str
) -> tuple[Outcome, bool]:
    """Decide, and carry it out; return what it came to, and whether the fetchers know."""
    now = datetime.now(UTC)
    urls = [what.url] if what.url else []
    outcome = await store.decide(what.article_id, kind, reason=reason, at=now, lane=here.lane.name, urls=urls)
    if outcome is None:
        todo = "Those that were: wiredesk tail withdrawn --from-start"
        raise Problem(f"{plain(str(what))} was neither withdrawn nor erased", todo)
    decision = outcome.decision
    with _said_when_broken_off(decision):
        articles = [decision.article_id, *outcome.aliases]
        async with places.entrance(here) as refusals:
            if refusals is not None and decision.kind is Withdrawal.REINSTATED:
                await refusals.admit(articles)
            elif refusals is not None:
                await refusals.refuse(articles, decision.at, forget=decision.kind is Withdrawal.ERASED)
        await announcing.announce(here, store, decision.article_id, outcome.records)
    return outcome, refusals is not None


@contextmanager
def _said_when_broken_off(decision: Decision) -> Iterator[None]:
    try:
        yield
    except (InfrastructureError, ConfigurationError, KafkaError):
        say(f"It is {decision.kind.value} in the store, and not everybody knows yet. Mend what follows, and type the")
        say(f"same again: {command(decision)}")
        raise


async def _may_erase(store: Withdrawals, what: Named) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        return True
    stored = await store.stored(what.article_id)
    if stored is not None:
        heading(stored.headline or "(no headline)")
        paragraph(stored.url or f"article {what.article_id}", indent="  ")
    question = "Erase it? Nothing brings it back." if stored else f"Refuse {plain(str(what))} from now on?"
    return bool(typer.confirm(question, default=False, err=True))


def _lanes(here: System, decision: Decision) -> list[Lane]:
    return [here.lane, *(Lane(name) for name in decision.lanes if name != here.lane.name)]


async def _left_on(here: System, lane: Lane) -> Sequence[Left]:
    return left.on_topics(lane, await admin.diff_topics(here.kafka, lane), datetime.now(UTC))


def _told(outcome: Outcome, *, is_at_entrance: bool, as_json: bool) -> bool:
    """Write what it came to; return whether there is more to say, to people."""
    decision = outcome.decision
    if not for_people(as_json=as_json):
        emit(
            {
                "kind": decision.kind.value,
                "article_id": decision.article_id,
                "url": decision.url,
                "reason": decision.reason,
                "at": decision.at,
                "is_new": outcome.is_new,
                "was_stored": outcome.was_stored,
                "same_article": [str(one) for one in outcome.aliases],
                "at_entrance": is_at_entrance,
                **({"rows": dict(outcome.erased)} if decision.kind is Withdrawal.ERASED else {}),
                **({"stories": [str(one) for one in outcome.stories]} if outcome.stories else {}),
            }
        )
        return False
    already = "" if outcome.is_new else " already"
    about = decision.url or f"article {decision.article_id}"
    say(f"{about} was {decision.kind.value}{already} on {decision.at:%Y-%m-%d %H:%M:%S} UTC")
    if decision.reason:
        say(f"Reason: {decision.reason}")
    if not is_at_entrance and decision.kind is not Withdrawal.REINSTATED:
        say(
            f"No database of a fetcher is known here, so only storage refuses it: submitted again, it still passes "
            f"{ENRICHED.name}. Set WIREDESK_FETCHER__DSN here and for the fetchers, and type the same again."
        )
    return True
