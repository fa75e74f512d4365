"""Entities of the store, as a person reads them."""

from collections.abc import Sequence
from dataclasses import asdict

from wiredesk_desk.output import Row, heading, paragraph
from wiredesk_desk.views.article import facts
from wiredesk_desk.views.sparkline import sparkline
from wiredesk_storage.search.answers import EntityCount, EntityPage, Named
from wiredesk_storage.stories.reading import Listed


def difference(one: EntityCount) -> int | None:
    """Return how many more articles name it than in the window before; None where that is not known."""
    return None if one.before is None else one.articles - one.before


def change(one: EntityCount) -> str:
    """Return the difference in a word: "+3", "-2", "new"."""
    more = difference(one)
    if more is None:
        return ""
    return "new" if not one.before else f"{more:+,}"


def fields(article: Named) -> Row:
    """Return an article as a row."""
    return asdict(article)


def show_stories(stories: Sequence[Listed]) -> None:
    """Print the stories of an entity, if there are any."""
    if stories:
        print()
    for story in stories:
        paragraph(f"story: {story.summary.title or '(no headline)'}")
        paragraph(f"{story.articles:,} articles  {story.story_id}", indent="  ")


def show(found: EntityPage, days: int) -> None:
    """Print an entity, the newest articles last."""
    names = [name for name, _ in found.names]
    heading(f"{names[0]} ({', '.join(kind for kind, _ in found.types)})")
    at_least = "at least " if found.is_cut else ""
    is_sample = found.sampled < found.articles
    mentions = f"{found.mentions:,} mentions" + (f" in the newest {found.sampled:,}" if is_sample else "")
    facts(
        {
            "also": ", ".join(names[1:6]),
            **{scheme: ", ".join(values) for scheme, values in found.ids.items()},
            "articles": f"{at_least}{found.articles:,} in {days} days, {mentions}",
        }
    )
    counts = [count for _, count in found.timeline]
    paragraph(
        f"{sparkline(counts)}\n{found.timeline[0][0]} to {found.timeline[-1][0]}, most a day: {max(counts):,}",
        indent="  ",
    )
    beside = ", ".join(f"{one['name']} {one['articles']:,}" for one in found.together)
    facts({"with": f"{beside} (of the newest {found.sampled:,})" if beside and is_sample else beside})
    print()
    for article in found.newest:
        paragraph(article.headline or "(no headline)")
        paragraph("  ".join(filter(None, (f"{article.dated:%Y-%m-%d}", article.url))), indent="  ")
