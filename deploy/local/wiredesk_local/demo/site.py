"""The demo news site on loopback: what a real site serves, and what goes wrong on real sites."""

import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from types import TracebackType
from typing import Self

from aiohttp import web

from wiredesk.contracts.events import MAX_PAGE_BYTES, Rejection
from wiredesk_local.demo.article import SECTIONS, Article, late_article, load_articles, load_elsewhere
from wiredesk_local.demo.pages import PUBLISHER, Layout, article_page, article_path, index_page, login_page

# Fixed where possible: the same addresses give the same article ids on every run.
PORT = 8790
EXACT_COPY = "brightwater-merger"
NEAR_COPY = "cape-town-kelp-forest"
MOVED = "tallinn-digital-border"
TOLD_ELSEWHERE = "lisbon-ferry-collision"
# Who prints what the site's own desks did not write.
OTHER_PAPERS = ("Lowland Evening Post", "Atlantic Chronicle")

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Oddity:
    """A page that is no plain article, and how a submission of it ends: `None` is stored, else the rejection."""

    path: str
    label: str
    end: Rejection | None


ODDITIES = (
    Oddity(f"/go/{MOVED}", "Story of the week", None),
    Oddity(f"/wire/{EXACT_COPY}.html", "From the wire", None),
    Oddity(f"/partners/{NEAR_COPY}.html", "From our partners", None),
    *(Oddity(f"/elsewhere/{article.slug}.html", article.headline, None) for article in load_elsewhere()),
    Oddity("/world/never-written.html", "Coming soon", Rejection.NOT_FOUND),
    Oddity("/world/withdrawn.html", "Withdrawn", Rejection.GONE),
    Oddity("/culture/blank.html", "Blank page", Rejection.EMPTY),
    Oddity("/archive/everything.html", "The whole archive on one page", Rejection.TOO_LARGE),
    Oddity("/reports/annual.pdf", "Annual report", Rejection.UNSUPPORTED_TYPE),
    Oddity("/go/round", "Round in circles", Rejection.TOO_MANY_REDIRECTS),
    Oddity("/login", "Sign in", Rejection.NOT_AN_ARTICLE),
    *(Oddity(f"/{section.lower()}/", section, Rejection.NOT_AN_ARTICLE) for section in SECTIONS),
)


class DemoSite:
    """The site, served while its context is open. `POST /revise` or `revise` publishes the prepared correction."""

    def __init__(self, port: int = PORT, *, revised: bool = False, has_late: bool = False) -> None:
        """`revised`: the correction has been published before; `has_late`: so has the late story."""
        self.articles = load_articles()
        self.url = ""
        self.revised = revised
        self.has_late = has_late
        """whether the late story is on the site"""
        self._port = port
        # Every layout gets a third of each desk.
        self._pages = {
            article_path(article): (article, list(Layout)[number % len(Layout)])
            for number, article in enumerate(self.articles)
        }
        self._late = (late_article(), Layout.SEMANTIC)
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        """Listen on the port asked for, or on any free one if it is taken; `url` tells (no slash at its end)."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            log.info("port %d is taken, using a free one", self._port)
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def top_story(self) -> str:
        """The address of an ordinary story, for trying things out."""
        return self.url + article_path(self.articles[0])

    def address(self, slug: str) -> str:
        """Return the address of one of the site's own stories."""
        return self.url + next(article_path(article) for article in self.articles if article.slug == slug)

    @property
    def revisable(self) -> Article:
        """The article that has a correction waiting."""
        return next(article for article in self.articles if article.revision)

    def revise(self) -> str:
        """Publish the correction; returns the URL, which is the same as before."""
        self.revised = True
        return self.url + article_path(self.revisable)

    def publish_late(self) -> str:
        """Put the late story on the site, into its feed and its news sitemap; returns its URL."""
        self.has_late = True
        return self.late_url

    @property
    def late_url(self) -> str:
        """The address of the late story, whether it is there yet or not."""
        return self.url + article_path(self._late[0])

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._home)
        app.router.add_get("/feed.xml", self._feed)
        app.router.add_get("/robots.txt", self._robots)
        app.router.add_get("/sitemap.xml", self._sitemap)
        app.router.add_get("/news-sitemap.xml", self._news_sitemap)
        app.router.add_get(article_path(self._late[0]), self._late_page)
        app.router.add_post("/revise", self._revise)
        app.router.add_get("/login", self._login)
        app.router.add_get("/go/round", self._go_round)
        app.router.add_get("/go/{slug}", self._go)
        app.router.add_get("/moved/{slug}", self._moved)
        app.router.add_get("/wire/{slug}.html", self._exact_copy)
        app.router.add_get("/partners/{slug}.html", self._near_copy)
        app.router.add_get("/elsewhere/{slug}.html", self._elsewhere)
        app.router.add_get("/world/withdrawn.html", self._withdrawn)
        app.router.add_get("/culture/blank.html", self._blank)
        app.router.add_get("/archive/everything.html", self._everything)
        app.router.add_get("/reports/annual.pdf", self._report)
        for section in SECTIONS:
            app.router.add_get(f"/{section.lower()}/", self._section)
        for path in self._pages:
            app.router.add_get(path, self._article)
        return app

    def _find(self, request: web.Request) -> tuple[Article, Layout]:
        for article, layout in self._pages.values():
            if article.slug == request.match_info["slug"]:
                return article, layout
        raise web.HTTPNotFound

    async def _article(self, request: web.Request) -> web.Response:
        article, layout = self._pages[request.path]
        related = [other for other in self.articles if other.section == article.section and other is not article][:4]
        revised = self.revised and article.revision is not None
        return _html(article_page(article, layout, url=self.url + request.path, revised=revised, related=related))

    async def _home(self, _request: web.Request) -> web.Response:
        links = ((oddity.path, oddity.label) for oddity in ODDITIES)
        return _html(index_page("Today's news", self.articles, links))

    async def _section(self, request: web.Request) -> web.Response:
        section = request.path.strip("/").capitalize()
        return _html(index_page(section, (article for article in self.articles if article.section == section)))

    async def _feed(self, _request: web.Request) -> web.Response:
        newest = self._newest()
        items = "\n".join(
            f"<item><title>{escape(article.headline)}</title><link>{self.url}{article_path(article)}</link>"
            f'<guid isPermaLink="true">{self.url}{article_path(article)}</guid>'
            f"<category>{article.section}</category><pubDate>{format_datetime(article.date_published)}</pubDate>"
            f"<description>{escape(article.subtitle or article.blocks[0][1])}</description></item>"
            for article in newest
        )
        feed = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<rss version="2.0"><channel><title>{PUBLISHER}</title><link>{self.url}/</link>'
            f"<description>News that never happened, for trying out Wiredesk</description><language>en</language>\n"
            f"{items}\n</channel></rss>"
        )
        return web.Response(text=feed, content_type="application/rss+xml", charset="utf-8")

    def _newest(self) -> list[Article]:
        shown = [*self.articles, self._late[0]] if self.has_late else self.articles
        return sorted(shown, key=lambda article: article.date_published, reverse=True)

    async def _late_page(self, request: web.Request) -> web.Response:
        if not self.has_late:
            raise web.HTTPNotFound
        article, layout = self._late
        return _html(article_page(article, layout, url=self.url + request.path))

    async def _news_sitemap(self, _request: web.Request) -> web.Response:
        urls = "\n".join(
            f"<url><loc>{self.url}{article_path(article)}</loc><news:news><news:publication><news:name>{PUBLISHER}"
            f"</news:name><news:language>en</news:language></news:publication><news:publication_date>"
            f"{article.date_published.isoformat()}</news:publication_date><news:title>{escape(article.headline)}"
            f"</news:title></news:news></url>"
            for article in self._newest()[:10]
        )
        sitemap = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}" xmlns:news="{NEWS}">\n{urls}\n</urlset>'
        )
        return web.Response(text=sitemap, content_type="application/xml", charset="utf-8")

    async def _robots(self, _request: web.Request) -> web.Response:
        return web.Response(
            text=f"User-agent: *\nDisallow: /editors/\n"
            f"Sitemap: {self.url}/news-sitemap.xml\nSitemap: {self.url}/sitemap.xml\n"
        )

    async def _sitemap(self, _request: web.Request) -> web.Response:
        stored = [*self._pages, *(oddity.path for oddity in ODDITIES if oddity.end is None)]
        urls = "\n".join(f"<url><loc>{self.url}{path}</loc></url>" for path in stored)
        sitemap = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}">\n{urls}\n</urlset>'
        return web.Response(text=sitemap, content_type="application/xml", charset="utf-8")

    async def _revise(self, _request: web.Request) -> web.Response:
        return web.json_response({"revised": self.revise()})

    async def _login(self, _request: web.Request) -> web.Response:
        return _html(login_page())

    async def _go_round(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound("/go/round")

    async def _go(self, request: web.Request) -> web.Response:
        self._find(request)
        raise web.HTTPMovedPermanently(f"/moved/{request.match_info['slug']}")

    async def _moved(self, request: web.Request) -> web.Response:
        article, _ = self._find(request)
        raise web.HTTPFound(article_path(article))

    async def _exact_copy(self, request: web.Request) -> web.Response:
        article, layout = self._find(request)
        return _html(article_page(article, layout, url=self.url + request.path))

    async def _near_copy(self, request: web.Request) -> web.Response:
        """Another paper prints the story: a headline of its own, its publisher, its own people named at the end."""
        article, _ = self._find(request)
        copy = article.model_copy(update={"headline": f"{article.headline}, Biologists Say", "subtitle": None})
        page = article_page(
            copy,
            Layout.SEMANTIC,
            url=self.url + request.path,
            publisher=OTHER_PAPERS[0],
            footnote="(Additional reporting by Greta Voss in Windhoek; Editing by Simon Achterberg)",
        )
        return _html(page)

    async def _elsewhere(self, request: web.Request) -> web.Response:
        """Another paper tells of an event in words of its own."""
        reports = load_elsewhere()
        for number, article in enumerate(reports):
            if article.slug == request.match_info["slug"]:
                publisher = OTHER_PAPERS[number % len(OTHER_PAPERS)]
                return _html(article_page(article, Layout.SEMANTIC, url=self.url + request.path, publisher=publisher))
        raise web.HTTPNotFound

    async def _withdrawn(self, _request: web.Request) -> web.Response:
        raise web.HTTPGone(text="This story has been withdrawn.")

    async def _blank(self, _request: web.Request) -> web.Response:
        return _html("")

    async def _report(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"%PDF-1.4\n% an annual report\n%%EOF\n", content_type="application/pdf")

    async def _everything(self, request: web.Request) -> web.StreamResponse:
        """More than a page may have, in small gzip'd pieces and without a Content-Length that would give it away."""
        response = web.StreamResponse(headers={"Content-Encoding": "gzip", "Content-Type": "text/html; charset=utf-8"})
        await response.prepare(request)
        try:
            for piece in self._archive():
                await response.write(piece)
        except ConnectionError:
            log.debug("the reader had enough")
        return response

    def _archive(self) -> Iterator[bytes]:
        """All stories again and again, until they decode to more than a page may have."""
        stories = "".join(f"<h2>{escape(a.headline)}</h2><p>{escape(a.story)}</p>\n" for a in self.articles).encode()
        compressor = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)  # 16 asks for a gzip header
        for _ in range(MAX_PAGE_BYTES // len(stories) + 2):
            yield compressor.compress(stories) + compressor.flush(zlib.Z_SYNC_FLUSH)
        yield compressor.flush()


def _html(page: str) -> web.Response:
    return web.Response(text=page, content_type="text/html", charset="utf-8")
