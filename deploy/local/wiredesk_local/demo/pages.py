"""The demo site's pages: three article layouts as unlike one another as those of real sites, and what is no article."""

import json
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from string import Template
from typing import Any

from wiredesk.contracts.events import ZoneKind
from wiredesk_local.demo.article import SECTIONS, Article

PUBLISHER = "The Quayside Courier"


class Layout(StrEnum):
    """How an article page is built; each value names its template."""

    SEMANTIC = "semantic"
    TABLES = "tables"
    LIVE = "live"


@cache
def _template(name: str) -> Template:
    return Template((resources.files(__package__) / "templates" / f"{name}.html").read_text("utf-8"))


def article_path(article: Article) -> str:
    """Return where the article stands on the site."""
    return f"/{article.section.lower()}/{article.slug}.html"


def article_page(
    article: Article,
    layout: Layout,
    *,
    url: str,
    revised: bool = False,
    publisher: str = PUBLISHER,
    footnote: str = "",
    related: Sequence[Article] = (),
) -> str:
    """Return the HTML page of `article` at the absolute `url`; with `revised`, of its corrected version.

    Only the live layout shows `related`. `footnote` is a line after the story that is no part of it.

    Raises:
        ValueError: `revised` is asked of an article without revision.
    """
    shown = article.revised() if revised else article
    blocks = _blocks(shown)
    # The newsletter box of the live layout stands after the second block, as boxes do.
    return _template(layout).substitute(
        slug=article.slug,
        section=escape(article.section),
        headline=escape(article.headline),
        subtitle=_subtitle(article, layout),
        authors=escape(" and ".join(article.authors)),
        publisher=escape(publisher),
        url=escape(url),
        description=escape(article.subtitle or article.blocks[0][1]),
        keywords=escape(", ".join(article.keywords)),
        published_iso=article.date_published.isoformat(),
        published_long=f"{article.date_published:%d %B %Y, %H:%M}".lstrip("0"),
        json_ld=_script(_json_ld(article, layout, url=url, publisher=publisher, revised=revised)),
        figure=_figure(article, layout),
        blocks="\n".join(blocks),
        first_blocks="\n".join(blocks[:2]),
        more_blocks="\n".join(blocks[2:]),
        footnote=f"<p><em>{escape(footnote)}</em></p>" if footnote else "",
        nav=_navigation(layout),
        tags="".join(f'<a rel="tag" href="#{escape(tag)}">{escape(tag)}</a>' for tag in article.keywords),
        related="".join(_link(article_path(other), other.headline, item=True) for other in related),
    )


def index_page(title: str, articles: Iterable[Article], links: Iterable[tuple[str, str]] = ()) -> str:
    """Return a page of headlines; `links` are further (path, label) pairs in its footer."""
    return _template("index").substitute(
        title=escape(title),
        publisher=escape(PUBLISHER),
        json_ld=_script({"@context": "https://schema.org", "@type": "CollectionPage", "name": title}),
        nav=_navigation(Layout.SEMANTIC),
        items="\n".join(_link(article_path(article), article.headline, item=True) for article in articles),
        links=" ".join(_link(path, label) for path, label in links),
    )


def login_page() -> str:
    """Return the subscribers' form."""
    return _template("login").substitute(publisher=escape(PUBLISHER))


def _blocks(article: Article) -> list[str]:
    """One HTML element per paragraph, crosshead or whole list; the first paragraph carries the dateline."""
    elements = []
    lead = article.lead
    for kind, group in groupby(article.blocks, key=lambda block: block[0]):
        texts = [text for _, text in group]
        if kind is ZoneKind.LIST:
            elements.append(f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>")
            continue
        tag = "h2" if kind is ZoneKind.HEADING else "p"
        for text in texts:
            elements.append(f"<{tag}>{escape(lead + text)}</{tag}>")
            lead = ""
    return elements


def _subtitle(article: Article, layout: Layout) -> str:
    if not article.subtitle:
        return ""
    tag = {Layout.SEMANTIC: "p", Layout.TABLES: "h3", Layout.LIVE: "h2"}[layout]
    return f'<{tag} class="standfirst">{escape(article.subtitle)}</{tag}>'


def _figure(article: Article, layout: Layout) -> str:
    """Caption and credit; the old layout has its byline in there as well, as old templates do."""
    caption, credit = escape(article.caption or ""), ""
    if article.credit:
        photographer, agency = article.credit.split("/")
        credit = {
            Layout.SEMANTIC: f"Photograph: {photographer}/{agency}",
            Layout.TABLES: f"Photo by {photographer.upper()}/{agency.upper()}",
            Layout.LIVE: f"{photographer} / {agency}",
        }[layout]
    image = f'<img src="/images/{article.slug}.jpg" alt="{caption}" width="640" height="360">' if caption else ""
    byline = f'<span class="byline">By {escape(", ".join(article.authors))}</span>' if layout is Layout.TABLES else ""
    if not (image or byline):
        return ""
    credit = f'<span class="credit">{escape(credit)}</span>' if credit else ""
    return f"<figure>{image}<figcaption>{caption} {credit} {byline}</figcaption></figure>"


def _navigation(layout: Layout) -> str:
    links = (_link(f"/{section.lower()}/", section, item=layout is Layout.LIVE) for section in SECTIONS)
    return ("<br>" if layout is Layout.TABLES else " ").join(links)


def _link(path: str, label: str, *, item: bool = False) -> str:
    link = f'<a href="{escape(path)}">{escape(label)}</a>'
    return f"<li>{link}</li>" if item else link


def _json_ld(article: Article, layout: Layout, *, url: str, publisher: str, revised: bool) -> dict[str, Any]:
    modified = article.revision.date_modified if revised and article.revision else article.date_published
    organisation = {"@type": "NewsMediaOrganization", "name": publisher}
    news: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": article.headline,
        "url": url,
        "mainEntityOfPage": url,
        "articleSection": article.section,
        "datePublished": article.date_published.isoformat(),
        "dateModified": modified.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "keywords": list(article.keywords),
        "inLanguage": "en",
    }
    if article.subtitle:
        news["alternativeHeadline"] = article.subtitle
    if layout is Layout.SEMANTIC:
        return {"@context": "https://schema.org", **news, "publisher": organisation}
    # A graph, as content management plug-ins write it: the article is one node among others.
    page = {"@type": "WebPage", "@id": url, "name": article.headline}
    return {
        "@context": "https://schema.org",
        "@graph": [{**organisation, "@id": "#publisher"}, page, {**news, "publisher": {"@id": "#publisher"}}],
    }


def _script(data: dict[str, Any]) -> str:
    """JSON that cannot close its script element."""
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", json.dumps(data, ensure_ascii=False))
