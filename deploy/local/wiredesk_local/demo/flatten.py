"""Articles as flattened text: what is left when somebody copies a page into a text file, furniture and all.

Each story gets its own choice and order of furniture, drawn from its slug, so the same story always gives the same
text. The truth about every line comes with it.
"""

from dataclasses import dataclass
from random import Random

from wiredesk.contracts.events import ZoneKind
from wiredesk_local.demo.article import Article

Line = tuple[ZoneKind, str]

PICTURE_DESKS = ("Northlight Images", "Meridian Pictures", "Harbour Images")
TRACKERS = ("Real Time Analytics", "gtag('event', 'page_view');", "Audience Insights Pixel")
EDITORS = ("Imogen Castellan", "Rafael Duquesne", "Simon Achterberg", "Wilhelmina Tay")
SHARES = (
    "Share on Facebook | Share on X | Share on WhatsApp | Email",
    "Facebook Twitter LinkedIn Email Copy link",
    "Share this article",
)
NEWSLETTERS = (
    "Sign up for our newsletter and get the day's top stories in your inbox every morning.",
    "Subscribe to The Morning Tide, our free daily newsletter.",
    "Enjoying this story? Get our weekly round-up delivered to your inbox.",
)


@dataclass(frozen=True)
class Flattened:
    """A text as it may be submitted, and what each of its non-blank lines is, in order."""

    text: str
    lines: tuple[Line, ...]

    @property
    def headline(self) -> str:
        """The line that is the headline."""
        return next(text for kind, text in self.lines if kind is ZoneKind.HEADLINE)


def flatten(article: Article, other: Article) -> Flattened:
    """Return `article` as flattened text; its "Read more" line, if any, names `other`."""
    # Seeded by the slug for variety that repeats; nothing secret hangs on it.
    chance = Random(article.slug)  # noqa: S311 - see above
    groups = [*_head(article, chance), *_story(article, other, chance), *_tail(article, chance)]
    gap = chance.choice(("\n\n", "\n\n", "\n\n", "\n\n\n", "\n"))
    parts = []
    for number, group in enumerate(groups):
        lines = "\n".join(text for _, text in group)
        # The last group often stands apart, as scripts put it there.
        parts.append(lines if number < len(groups) - 1 else f"\n{lines}")
    return Flattened(gap.join(parts) + "\n", tuple(line for group in groups for line in group))


def _head(article: Article, chance: Random) -> list[list[Line]]:
    """What stands above the story: groups of lines that stand together."""
    section = chance.choice((article.section, article.section, article.section.upper(), f"Home > {article.section}"))
    kind = ZoneKind.NAVIGATION if section.startswith("Home") else ZoneKind.SECTION
    groups: list[list[Line]] = [[(kind, section)]] if chance.random() < 0.85 else []
    groups.append([(ZoneKind.HEADLINE, article.headline)])
    if article.subtitle:
        groups.append([(ZoneKind.SUBTITLE, article.subtitle)])
    picture = _picture(article, chance)
    byline = _byline(article, chance)
    groups += [picture, byline] if chance.random() < 0.5 else [byline, picture]
    if chance.random() < 0.3:
        groups.append([(ZoneKind.SHARE, chance.choice(SHARES))])
    return [group for group in groups if group]


def _picture(article: Article, chance: Random) -> list[Line]:
    """Slug line, credit and caption of the photo, in one of the orders in which pages have them."""
    if not (article.credit and article.caption):
        return []
    photographer, agency = article.credit.split("/")
    desk = chance.choice(PICTURE_DESKS)
    if desk == agency:
        # Nobody hands a picture on to themselves.
        desk = PICTURE_DESKS[PICTURE_DESKS.index(desk) - 1]
    words = [*article.slug.upper().split("-"), article.section.upper()]
    slug = (ZoneKind.SLUG, "-".join(["TOPSHOT", *words] if chance.random() < 0.3 else words))
    credit_text = chance.choice(
        (
            f"Photo by {photographer.upper()}/{agency} via {desk}",
            f"Photo by {photographer}/{agency.upper()} via {desk}",
            f"Photo: {photographer} / {agency}",
            f"{photographer}/{agency} via {desk}",
        )
    )
    credit = (ZoneKind.CREDIT, credit_text)
    caption = (ZoneKind.CAPTION, article.caption)
    return chance.choice(
        ([slug, credit], [slug, credit, caption], [slug, caption, credit], [caption, credit], [credit, caption])
    )


def _byline(article: Article, chance: Random) -> list[Line]:
    names = " and ".join(article.authors)
    agency = article.agency
    byline = chance.choice((f"By {names}", f"By {names.upper()}", f"By {names}, {agency}", f"{names} | {agency}"))
    day = f"{article.date_published:%B} {article.date_published.day}, {article.date_published.year}"
    when = chance.choice(
        (
            day,
            f"Published {article.date_published:%d %B %Y}",
            f"Updated: {article.date_published:%Y-%m-%d %H:%M} UTC{article.date_published.isoformat()[-6:]}",
            f"{article.date_published:%b} {article.date_published.day}, {article.date_published:%Y %H:%M}",
        )
    )
    lines = [(ZoneKind.BYLINE, byline)] if chance.random() < 0.85 else []
    return [*lines, (ZoneKind.DATE, when)] if chance.random() < 0.75 else lines


def _story(article: Article, other: Article, chance: Random) -> list[list[Line]]:
    """The story, with a dateline on a line of its own or before the first sentence, and what pages put between."""
    groups: list[list[Line]] = []
    lead = article.lead
    if chance.random() < 0.2:
        groups.append([(ZoneKind.DATELINE, f"{article.dateline} ({article.agency})")])
        lead = ""
    for kind, text in article.blocks:
        if kind is ZoneKind.LIST and groups[-1][-1][0] is ZoneKind.LIST:
            groups[-1].append((kind, f"- {text}"))
        else:
            groups.append([(kind, f"- {text}" if kind is ZoneKind.LIST else lead + text)])
            lead = ""
    related = chance.choice(("Read more", "READ MORE", "See also", "Related"))
    between: list[Line] = []
    if chance.random() < 0.5:
        between.append((ZoneKind.RELATED, f"{related}: {other.headline}"))
    if chance.random() < 0.4:
        between.append((ZoneKind.NEWSLETTER, chance.choice(NEWSLETTERS)))
    if chance.random() < 0.2:
        between.append((ZoneKind.NAVIGATION, "ADVERTISEMENT"))
    for line in between:
        # Never before the third group: the first sentences of a page stay together.
        groups.insert(chance.randrange(3, len(groups) + 1), [line])
    return groups


def _tail(article: Article, chance: Random) -> list[list[Line]]:
    """What stands below the story; never empty."""
    writer = article.authors[0]
    editor, second = chance.sample(EDITORS, 2)
    contributors = chance.choice(
        (
            f"(Reporting by {writer}; Editing by {editor})",
            f"(Reporting by {writer}; additional reporting by {second}; editing by {editor})",
            f"Reporting by {writer}; Editing by {editor} and {second}",
        )
    )
    maybe = (
        (0.6, ZoneKind.CONTRIBUTORS, contributors),
        (0.35, ZoneKind.TAG, f"Tags: {', '.join(article.keywords)}"),
        (0.4, ZoneKind.SHARE, chance.choice(SHARES)),
        (0.2, ZoneKind.NEWSLETTER, chance.choice(NEWSLETTERS)),
        (0.6, ZoneKind.COPYRIGHT, f"© 2026 {article.agency}. All rights reserved."),
    )
    groups: list[list[Line]] = [[(kind, text)] for share, kind, text in maybe if chance.random() < share]
    if chance.random() < 0.6 or not groups:
        groups.append([(ZoneKind.TRACKER, chance.choice(TRACKERS))])
    return groups
