"""`explain`: the journey of one article through the topics, and where it is now."""

from collections.abc import Sequence

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.withdrawals import ArticleWithdrawn
from wiredesk_desk.commands.journeys import find, identify
from wiredesk_desk.config import system
from wiredesk_desk.output import Row, duration, emit, for_people, heading, paragraph, say, table, typed
from wiredesk_desk.running import Exit
from wiredesk_desk.views.article import article as print_article
from wiredesk_desk.views.journey import Round, Step, Whereabouts, steps
from wiredesk_storage.archive import StoredArticle


async def explain(wanted: str, *, as_json: bool) -> Exit:
    """Print every record of one article, its submissions apart, and where it is now.

    `wanted` is an article id, a URL, or the correlation id of a submission: then only that submission is shown.
    """
    # Before the servers are looked for: what can be nothing is told whether they are there or not.
    identify(wanted)
    found = await find(await system(), wanted)
    if found.is_of_several:
        return _several(found.name, found.articles, as_json=as_json)
    people = for_people(as_json=as_json)
    if found.stored is not None:
        _tell_stored(found.name, found.stored, people=people)
        return Exit.OK
    if people and found.rounds:
        heading(f"article {found.article_id or 'without an id'}")
    for number, (one, place) in enumerate(found.rounds, start=1):
        if people:
            _show(one, place, f"submission {number} of {len(found.rounds)}: " if len(found.rounds) > 1 else "")
        else:
            _emit(one, place, number, found.article_id)
    if found.withdrawn is not None:
        _tell_withdrawn(found.withdrawn, people=people)
    elif found.article is not None:
        _tell_article(found.article, found.article_id, people=people)
    if found.others:
        say(f"{found.others} more submissions of the article: wiredesk explain {found.article_id}")
    return Exit.OK


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


def hop_row(step: Step) -> Row:
    """Return one record of a submission as a row."""
    topic, partition, offset = step.position.rsplit("/", 2)
    return {
        "stage": step.stage,
        "at": step.at.isoformat(),
        "seconds_since_previous": None if step.since is None else step.since.total_seconds(),
        "tries": step.tries,
        "topic": topic,
        "partition": int(partition),
        "offset": int(offset),
        "detail": step.detail,
    }


def now_row(one: Round, place: Whereabouts) -> Row:
    """Return where the article of a submission is now, as a row."""
    return {
        "correlation_id": one.correlation_id,
        "state": place.code,
        "seconds": one.took.total_seconds(),
        "tries": one.tries,
        "detail": place.sentence,
    }


def _emit(one: Round, place: Whereabouts, number: int, article_id: str) -> None:
    common = {"article_id": article_id, "submission": number, "correlation_id": one.correlation_id}
    for step in steps(one.entries):
        emit({"kind": "hop", **common, **hop_row(step)})
    emit({"kind": "now", **common, **now_row(one, place)})


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


def stored_sentence(article: StoredArticle) -> str:
    """Return where an article is that only the store has."""
    last = article.revisions[-1]
    return (
        f"It is stored since {article.first_stored_at:%Y-%m-%d %H:%M:%S} UTC ({last.status}, revision "
        f"{last.revision}); its records are no longer on the topics."
    )


def _tell_stored(name: str, article: StoredArticle, *, people: bool) -> None:
    if people:
        heading(f"article {name}")
        _print_revisions(article)
        paragraph(stored_sentence(article))
    else:
        emit({"kind": "now", "article_id": name, "state": "stored", "detail": stored_sentence(article)})


def _print_revisions(article: StoredArticle) -> None:
    rows: Sequence[dict[str, object]] = [
        {"revision": one.revision, "status": one.status, "stored": one.stored_at, "position": one.position}
        for one in article.revisions
    ]
    table(rows, as_json=False, empty="")
