"""`diff`: what the revisions of an article changed."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from wiredesk.contracts.events import StoreStatus
from wiredesk.contracts.submission import without_credentials
from wiredesk_desk.commands.journeys import identify
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.output import emit, for_people, heading, paragraph, plain, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.changes import sentence, show
from wiredesk_storage.archive import Revision
from wiredesk_storage.revisions.comparison import Comparison, compare


async def diff(wanted: str, *, revision: int | None, against: int | None, every: bool, as_json: bool) -> Exit:
    """Print what a revision of an article (its id or URL) changed: the current one, `revision`, or `every` one.

    Without `against`, each is compared with the revision that was current when it was stored.
    """
    article_id = _article_id(wanted)
    async with archive() as store:
        article = await store.article(article_id)
        if article is None:
            asked = plain(without_credentials(wanted) if "://" in wanted else wanted)
            raise Problem(f"{asked} is not in the store", f"wiredesk explain {article_id}")
        if article.hidden:
            raise Problem(f"{article.event.url or wanted} was withdrawn", f"wiredesk reinstate {article_id}")
        history = article.revisions
        by_number = {one.revision: one for one in history}
        steps = steps_of(history, revision, against, every=every)
        for before, after in steps:
            events = await store.events(article_id, {before, after})
            found = compare(events[before], events[after])
            _tell(article_id, by_number[after], before, found, as_json=as_json)
    if not steps and history[0].revision > 1:
        say(f"revision {history[0].revision} is all that is stored of it: retention deleted those that it replaced")
    elif not steps:
        say("it has one revision: it says what it said when it was stored")
    return Exit.OK


def _article_id(wanted: str) -> UUID:
    try:
        return UUID(identify(wanted))
    except ValueError:
        what = f"{wanted!r} is neither an article id nor a URL"
        raise Problem(what, "Find it: wiredesk search 'words of it'", code=Exit.USAGE) from None


def steps_of(
    history: Sequence[Revision], revision: int | None, against: int | None, *, every: bool = False
) -> list[tuple[int, int]]:
    """Return which revisions are compared: pairs of before and after.

    `every` one with what was current before it, or `revision` (None: the current one) with `against`.

    Raises:
        Problem: there is no such revision.
    """
    return _every_step(history) if every else _step(history, revision, against)


def _every_step(history: Sequence[Revision]) -> list[tuple[int, int]]:
    return [(_current(history[:place]), history[place].revision) for place in range(1, len(history))]


def _step(history: Sequence[Revision], revision: int | None, against: int | None) -> list[tuple[int, int]]:
    first, last = history[0].revision, history[-1].revision
    for number in (revision, against):
        if number is not None and number > last:
            raise Problem(f"there is no revision {number}: the last is {last}", code=Exit.USAGE)
        if number is not None and 1 <= number < first:
            raise Problem(f"revision {number} is no longer stored: the oldest is {first}", code=Exit.USAGE)
    after = revision or _current(history)
    if against is not None:
        return [(against, after)]
    if after > first:
        return [(_current([one for one in history if one.revision < after]), after)]
    if revision is None and len(history) == 1:
        return []
    todo = f"Say what to compare it with: --against {last}" if len(history) > 1 else ""
    what = f"revision {first} is the first that is stored: nothing that was current before it is"
    raise Problem(what, todo, code=Exit.USAGE)


def _current(history: Sequence[Revision]) -> int:
    """The number of the revision that was current when `history` was all there was."""
    return max(one.revision for one in history if one.status is not StoreStatus.SUPERSEDED)


def _tell(article_id: UUID, revision: Revision, against: int, found: Comparison, *, as_json: bool) -> None:
    if not for_people(as_json=as_json):
        emit(
            {
                "article_id": article_id,
                "revision": revision.revision,
                "against": against,
                "status": revision.status.value,
                "stored_at": revision.stored_at,
                "changes": [kind.value for kind in found.verdict.kinds],
                "stealth": found.verdict.stealth,
                "fields": [asdict(change) for change in found.changes],
            }
        )
        return
    heading(f"revision {revision.revision} against {against}, stored {revision.stored_at:%Y-%m-%d %H:%M:%S} UTC")
    if revision.status is StoreStatus.SUPERSEDED:
        paragraph("It came late: what was current then had been fetched after it.")
    paragraph(sentence(found.verdict))
    for change in found.changes:
        show(change)
    print()
