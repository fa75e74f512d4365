"""A story as a person reads it: a wire report is shown once, with all who carry it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from wiredesk_desk.output import ago, heading, paragraph
from wiredesk_desk.views.article import facts
from wiredesk_desk.views.hits import outlets
from wiredesk_desk.views.receipt_words import differences
from wiredesk_storage.stories.reading import Article, Listed, StoryPage

_INDENT = "  "


def line(story: Listed, now: datetime) -> None:
    """Print a story in short: its title, how many tell it, when last, where, and its id."""
    told = story.summary
    heading(told.title or "(no headline)")
    parts = [_several(story.articles, "article")]
    parts += [_several(len(told.outlets), "outlet")] if told.outlets else []
    parts += [f"{ago(story.last_seen, now)} ago", " ".join(told.countries[:4])]
    paragraph(f"{', '.join(filter(None, parts))}  story {story.story_id}", indent=_INDENT)


def page(found: StoryPage) -> None:
    """Print a story: its title, when and where it plays, whom it names, then its articles, the oldest first."""
    story, told = found.story, found.story.summary
    heading(told.title or "(no headline)")
    facts(
        {
            "articles": f"{story.articles:,}",
            "told by": ", ".join(dict.fromkeys(map(_teller, found.articles))),
            "from": f"{story.first_seen:%Y-%m-%d %H:%M} to {story.last_seen:%Y-%m-%d %H:%M} UTC",
            "names": ", ".join(one.name for one in told.entities[:10]),
            "countries": ", ".join(told.countries),
            "languages": ", ".join(told.languages),
            "story": story.story_id,
        }
    )
    print()
    for first, copies in _once(found.articles):
        paragraph(first.headline or "(no headline)")
        where = first.url or f"article {first.article_id}"
        paragraph(_INDENT.join((f"{first.at:%Y-%m-%d %H:%M}", _teller(first), where)), indent=_INDENT)
        if copies:
            paragraph(f"also {outlets([_copy(one) for one in copies])}", indent=_INDENT)
    if story.articles > len(found.articles):
        paragraph(f"and {story.articles - len(found.articles):,} later ones")


def _teller(article: Article) -> str:
    return article.publisher or article.host or "a text without address"


def _copy(article: Article) -> str:
    changed = differences(article.differences)
    return f"{_teller(article)} ({changed})" if changed else _teller(article)


def _once(articles: Sequence[Article]) -> list[tuple[Article, list[Article]]]:
    """Return the first article of each group of copies with the others, in order."""
    groups: defaultdict[UUID, list[Article]] = defaultdict(list)
    for one in articles:
        groups[one.copy_of or one.article_id].append(one)
    return [(first, others) for first, *others in groups.values()]


def _several(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
