# ruff: noqa: RUF001 - sites separate their name with any dash
"""The headline of a page: the best of JSON-LD, h1, OpenGraph and title, without the site's name. Pure.

A news site states its headline in its NewsArticle, and only the visible h1 and og:title together outvote it. Elsewhere
JSON-LD and OpenGraph hold a line for search engines and the h1 is the headline. Shares on 526 development pages: of 42
with a NewsArticle, JSON-LD is right on 37 and the h1 on 33; of 141 with another kind of article, on 104 and 114.

Some newsrooms hang their h1 into the breadcrumbs, a line for search engines like what repeats it, and set the headline
that is read as an h2. The h2 is the headline where another statement repeats it: on 8 of 9 such pages of 5 sites.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from wiredesk_cleaner.metadata.headings import MAX_HEADLINE, Heading, spaced_text
from wiredesk_cleaner.metadata.structured_data import Structured, text
from wiredesk_cleaner.normalisation import fold

_CUT = re.compile(r"\s+[|\-–—·•»:/]+\s+|\s*[|·•]\s*|\s*::\s*")
_EDGES = " |-–—·•»:/"
_TITLE_CLASS = re.compile(r"title|headline|heading|entry|post|story|article", re.IGNORECASE)
_SITE_CLASS = re.compile(
    r"logo|brand|site-?(?:title|name)|masthead|widget|sidebar|promo|modal|popup|comment|\bhidden|sr-only|screen-?reader",
    re.IGNORECASE,
)
_STORY = frozenset({"article", "main"})
_ASIDE = frozenset({"nav", "aside", "footer", "form"})
# A heading with less of its letters in common with every other statement of the title is a label of the site.
_UNSUPPORTED = 0.3
_SUPPORTED = 0.7
# So many letters of a headline are not repeated by chance.
_LEAST_REPEATED = 12
_SHORT_SITE = 3
_MAX_PARTS = 40
_CUT_SHORT, _DOTS = ("...", "…"), "… ."


class Headline(NamedTuple):
    """The headline, where it was taken from ("" when nothing states one), and the heading that the reader sees."""

    line: str
    source: str
    heading: Heading | None


def headline(
    structured: Structured, headings: Sequence[Heading], title: str, sites: Sequence[str], url: str | None
) -> Headline:
    """Return the headline of a page with these `headings`.

    `title` is the page's title element, `sites` are the names its publisher goes by, see `site_names`.
    """
    stated = _stated(structured, title, sites)
    visible = _visible(structured, headings, stated, sites, url)
    if visible and not visible.in_path:
        paths = {fold(heading.line) for heading in headings if heading.in_path} - {fold(visible.line)}
        stated = {source: line for source, line in stated.items() if fold(line) not in paths}
    line, source = _best(stated, visible, url, news=is_news(structured))
    return Headline(_without_section(line, url), source, visible)


def _best(stated: Mapping[str, str], visible: Heading | None, url: str | None, *, news: bool) -> tuple[str, str]:
    declared = stated.get("json-ld", "")
    opened = stated.get("meta og:title", "")
    if visible:
        shown = _own_line(visible, [declared, opened, stated.get("meta twitter:title", "")])
        cut_short = declared.endswith(_CUT_SHORT) and shown.startswith(declared.rstrip(_DOTS))
        outvoted = fold(opened) == fold(shown) != fold(declared)
        if declared and news and not outvoted and not cut_short:
            return declared, "json-ld"
        return shown, str(visible.node.tag)
    for source in ("json-ld", "meta og:title", "meta twitter:title"):
        if source in stated:
            return stated[source], source
    return _title_piece(stated.get("title", ""), _slug(url)), "title" if "title" in stated else ""


def _visible(
    structured: Structured,
    headings: Sequence[Heading],
    stated: Mapping[str, str],
    sites: Sequence[str],
    url: str | None,
) -> Heading | None:
    """The heading that is the headline: where it stands, what it is called, what else says nearly the same."""
    paths = [heading.line for heading in headings if heading.in_path]
    others = [*stated.values()]
    # The words of an address are those of the breadcrumbs, and where these hold the headline, another one is no news.
    others += [] if paths else [text(structured.article.get("alternativeHeadline")), _slug(url)]
    others = [other for other in others if other and not is_site(other, sites)]
    best, most = None, 0.0
    for order, heading in enumerate(headings):
        first = heading.node.tag == "h1"
        support, standing = _support(heading, others, paths), _standing(heading)
        if is_site(heading.line, sites) or support < (_UNSUPPORTED if first else _SUPPORTED):
            continue
        score = 1 + support + standing - 0.05 * order
        if score > most and (first or standing >= 0):
            best, most = heading, score
    return best


def _support(heading: Heading, others: Sequence[str], paths: Sequence[str]) -> float:
    """How much of `heading` the best of the `others` repeats.

    An h2 below breadcrumbs must be repeated whole, but for a kicker before it: headings of the text are like them too.
    """
    shown = _squash(heading.line)
    if not paths or heading.node.tag == "h1" or shown in map(_squash, paths):
        return max((likeness(heading.line, other) for other in others), default=_SUPPORTED)
    repeated = (squashed for other in others if len(squashed := _squash(other)) >= _LEAST_REPEATED)
    return float(any(shown.endswith(line) for line in repeated))


def _stated(structured: Structured, title: str, sites: Sequence[str]) -> dict[str, str]:
    found = {
        "json-ld": text(structured.article.get("headline")) or text(structured.article.get("name")),
        "meta og:title": next(iter(structured.tags("og:title")), ""),
        "meta twitter:title": next(iter(structured.tags("twitter:title")), ""),
        "title": title,
    }
    return {
        source: without_site(line, sites, unnamed=source != "json-ld")
        for source, line in found.items()
        if line and len(line) <= MAX_HEADLINE
    }


def is_news(structured: Structured) -> bool:
    """Whether the page's structured data are those of a newsroom."""
    return any(kind.endswith("newsarticle") or kind == "newsmediaorganization" for kind in structured.types)


def _standing(heading: Heading) -> float:
    if heading.in_path:
        return -1.0
    node = heading.node
    own = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
    score = (0.2 if _TITLE_CLASS.search(own) else 0.0) - (0.6 if _SITE_CLASS.search(own) else 0.0)
    around = {str(parent.tag) for parent in node.iterancestors()}
    return score + (0.2 if around & _STORY else 0.0) - (0.4 if around & _ASIDE else 0.0)


def _own_line(heading: Heading, stated: Sequence[str]) -> str:
    """The line of `heading`, or the part of it that is stated elsewhere: a kicker or date beside it goes."""
    line = heading.line
    same = next((other for other in stated if fold(other) == fold(line)), None)
    if same and line.isupper():
        return same
    if len(heading.node) and not same:
        parts = [part for part in islice(heading.node.iter(), _MAX_PARTS) if isinstance(part.tag, str)]
        folded = {fold(line) for part in parts for line in (spaced_text(part), " ".join(part.xpath("text()")))}
        return next((other for other in stated if other and fold(other) in folded), line)
    return line


def without_site(title: str, sites: Sequence[str], *, unnamed: bool = True) -> str:
    """Return `title` without the site's name before or behind it.

    `unnamed`: whether a last piece of three words at most goes too when nobody says what the site is called.
    """
    while True:
        cuts = list(_CUT.finditer(title))
        if not cuts:
            return title
        head, tail = title[: cuts[0].start()], title[cuts[-1].end() :]
        if is_site(tail, sites) or (unnamed and not sites and len(tail.split()) <= _SHORT_SITE):
            title = title[: cuts[-1].start()].strip(_EDGES)
        elif is_site(head, sites):
            title = title[cuts[0].end() :].strip(_EDGES)
        else:
            whole = next((site for site in sites if len(site) > 3 and title.endswith(site) and site != title), None)
            if not whole or not title[: -len(whole)].endswith(tuple(f"{mark} " for mark in "|-–—·•»:")):
                return title
            title = title[: -len(whole)].strip(_EDGES)


def _without_section(title: str, url: str | None) -> str:
    """`title` without the section behind its last bar, when the address of the page has a folder of that name."""
    line, _, last = title.rpartition(" | ")
    try:
        folders = urlsplit(url or "").path.split("/")[:-1]
    except ValueError:
        return title
    return line.rstrip() if line and _squash(last) and _squash(last) in map(_squash, folders) else title


def is_site(piece: str, sites: Sequence[str]) -> bool:
    """Whether `piece` is one of the names that a site goes by, or nearly one."""
    squashed = _squash(piece)
    for name in map(_squash, sites):
        if not name or not squashed:
            continue
        if (
            squashed == name
            or (len(squashed) >= 4 and squashed in name)
            or (len(name) >= 4 and squashed in (name + "com", "the" + name))
        ):
            return True
        if len(name) >= 4 and name in squashed and len(squashed) <= 2 * len(name) + 4:
            return True
    return False


def _squash(line: str) -> str:
    return "".join(char for char in line.casefold() if char.isalnum())


def site_names(stated: Iterable[str], url: str | None) -> list[str]:
    """Return what a page's publisher may be called: as stated, and as its host begins."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    labels = host.split(".")
    own = labels[-3] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2] if len(labels) > 1 else ""
    return [*dict.fromkeys(name for name in (*stated, host, own) if name)]


def site_in(title: str, line: str) -> str | None:
    """Return the site's name that closes a title which begins with the headline."""
    if not line or not title.startswith(line):
        return None
    pieces = _CUT.split(title[len(line) :])
    return pieces[-1] if len(pieces) > 1 and pieces[-1] else None


def _slug(url: str | None) -> str:
    try:
        parts = [part for part in unquote(urlsplit(url or "").path).split("/") if "-" in part or "_" in part]
    except ValueError:
        return ""
    return max(parts, key=len, default="").partition(".")[0].replace("-", " ").replace("_", " ")


def _title_piece(title: str, slug: str) -> str:
    """The piece of a title that the address of the page repeats, or the whole title."""
    pieces = [piece for piece in _CUT.split(title) if piece]
    best = max(pieces, key=lambda piece: likeness(piece, slug), default=title)
    return best if likeness(best, slug) >= _SUPPORTED else title


def likeness(one: str, other: str) -> float:
    """Return how many pairs of neighbouring letters two lines share, 0 to 1 (Dice), whatever their language."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _pairs(line: str) -> set[str]:
    squashed = _squash(line)
    return {squashed[index : index + 2] for index in range(len(squashed) - 1)}
