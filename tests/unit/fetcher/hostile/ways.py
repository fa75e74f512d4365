"""The ways on which the fetcher comes to ask for an address that a stranger names."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import urlsplit

from tests.unit.fetcher.hostile.fetchers import Fetcher
from tests.unit.fetcher.hostile.servers import moved, ok

Way = Callable[[Fetcher, str], Awaitable[object]]

XML = "application/xml"
RSS = "application/rss+xml"


def rss(*links: str, more: str = "") -> bytes:
    """Return a feed that lists these links."""
    items = "".join(f"<item><title>Boats {n}</title><link>{escape(link)}</link></item>" for n, link in enumerate(links))
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title>{more}{items}</channel></rss>'
    return ok(text, RSS)


def index(*sitemaps: str) -> bytes:
    """Return a sitemap index that names these sitemaps."""
    named = "".join(f"<sitemap><loc>{escape(one)}</loc></sitemap>" for one in sitemaps)
    return ok(f'<?xml version="1.0"?><sitemapindex>{named}</sitemapindex>', XML)


def naming(*feeds: str) -> bytes:
    """Return a page that names these feeds."""
    links = "".join(f'<link rel="alternate" type="{RSS}" href="{escape(feed)}">' for feed in feeds)
    return ok(f"<!doctype html><html><head>{links}</head><body>News</body></html>")


async def page(fetcher: Fetcher, target: str) -> object:
    return await fetcher.fetch(target)


async def robots_txt(fetcher: Fetcher, target: str) -> object:
    """It redirects to `target`."""
    site = fetcher.new_site()
    fetcher.lure.answers[f"{urlsplit(site).hostname}/robots.txt"] = moved(target)
    return await fetcher.fetch(f"{site}/story")


async def feed(fetcher: Fetcher, target: str) -> object:
    return await fetcher.poll(target)


async def sitemap_of_an_index(fetcher: Fetcher, target: str) -> object:
    fetcher.lure.answers["/index.xml"] = index(target)
    return await fetcher.poll(f"{fetcher.new_site()}/index.xml")


async def sitemap_of_robots_txt(fetcher: Fetcher, target: str) -> object:
    site = fetcher.new_site()
    fetcher.lure.answers |= {
        f"{urlsplit(site).hostname}/robots.txt": ok(f"Sitemap: {target}\n", "text/plain"),
        "/home": naming(),
        "/feed": rss("https://harbour.example/1"),
    }
    return await fetcher.probe(f"{site}/home")


async def feed_of_a_page(fetcher: Fetcher, target: str) -> object:
    fetcher.lure.answers |= {"/home": naming(target), "/feed": rss("https://harbour.example/1")}
    return await fetcher.probe(f"{fetcher.new_site()}/home")


async def address_to_be_added(fetcher: Fetcher, target: str) -> object:
    return await fetcher.probe(target)


async def article_of_a_feed(fetcher: Fetcher, target: str) -> object:
    """It may be submitted; it is the fetch of it that must be refused."""
    source = f"{fetcher.new_site()}/feed.xml"
    fetcher.lure.answers["/feed.xml"] = rss(target)
    await fetcher.poll(source)
    listed = [one for one in fetcher.submitted if one.feed_item and str(one.feed_item.feed) == source]
    return [await fetcher.fetched(one) for one in listed]


async def hub_of_a_feed(fetcher: Fetcher, target: str) -> None:
    named = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{escape(target)}"/>'
    fetcher.lure.answers["/feed.xml"] = rss(more=named)
    await fetcher.poll(f"{fetcher.new_site()}/feed.xml")
    await fetcher.subscriber.look()


async def revisit(fetcher: Fetcher, target: str) -> None:
    await fetcher.revisit(target)


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        page,
        robots_txt,
        feed,
        sitemap_of_an_index,
        sitemap_of_robots_txt,
        feed_of_a_page,
        address_to_be_added,
        article_of_a_feed,
        hub_of_a_feed,
        revisit,
    )
}
