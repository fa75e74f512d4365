"""Which submissions are refused before anything is fetched: one rule for the client, the CLI and the fetcher. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from wiredesk.contracts.events import MAX_PAGE_BYTES, MAX_TEXT_BYTES, ArticleSubmitted, Rejection
from wiredesk.contracts.ids import article_id

# The contract of every `url` field.
MAX_URL_LENGTH = 8192

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# By the root element, in lower case: what lists articles and is none.
_LISTS = {
    "rss": "an RSS feed",
    "rdf:rdf": "an RSS feed",
    "feed": "an Atom feed",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "opml": "a list of feeds (OPML)",
}
# An XML declaration, comments and a document type may stand before the root; so far it is looked for.
_HEAD_CHARS = 4096
_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!.*?>)", re.DOTALL)
_ROOT = re.compile(r"\s*<([a-z]+(?::[a-z]+)?)[\s/>]", re.IGNORECASE)
_JSON_FEED = re.compile(r'\s*\{.*?"https?://jsonfeed\.org/version/', re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[/\\]*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission is refused: the stable code, and a message for people that holds neither body nor secret."""

    reason: Rejection
    message: str


def article_of(submission: ArticleSubmitted) -> UUID:
    """Return the id the article has from here on: of the URL as submitted, wherever that redirects to."""
    # An empty text has an id as well, because its rejection needs one: white space folds to nothing.
    return article_id(submission.url, submission.html or submission.text or " ")


def check(submission: ArticleSubmitted) -> Refusal | None:
    """Return why `submission` would be rejected whatever the network says, or None when it may be worked."""
    if submission.url is not None and (refusal := check_url(submission.url)):
        return refusal
    if submission.html is not None:
        return check_content(submission.html, "page", MAX_PAGE_BYTES)
    if submission.text is not None:
        return check_content(submission.text, "text", MAX_TEXT_BYTES)
    return None


def check_url(url: str) -> Refusal | None:
    """Return why `url` names nothing that may be fetched, or None. Resolves no name: that may fail later."""
    # urlsplit drops tabs and line ends silently and the fetcher's client does not: what they agree on is safe.
    if len(url) > MAX_URL_LENGTH or _CONTROL.search(url) or url != url.strip():
        return _invalid(
            f"the URL has control characters, white space around it or more than {MAX_URL_LENGTH} characters"
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return _invalid("the URL cannot be parsed")
    if parts.scheme not in ("http", "https"):
        return _invalid("only http:// and https:// URLs can be fetched")
    if "@" in parts.netloc:
        return Refusal(Rejection.CREDENTIALS_IN_URL, "the URL holds a user name or password: submit it without")
    if not host or re.search(r"[\s\\]", parts.netloc):
        return _invalid("the URL has no valid host")
    return None


def check_content(content: str, name: str, limit: int) -> Refusal | None:
    """Return why a page or text (called `name`) is refused, or None.

    Nothing is in it, it has more than `limit` bytes of UTF-8, or it is a feed or sitemap.
    """
    if not content.strip():
        return Refusal(Rejection.EMPTY, f"the {name} is empty")
    if listing := list_of_articles(content):
        return not_an_article(listing)
    # No character takes more than four bytes, so most need no encoding to be let through.
    if len(content) * 4 > limit and (size := len(content.encode("utf-8", "surrogatepass"))) > limit:
        return Refusal(Rejection.TOO_LARGE, f"the {name} has {size:,} bytes, {limit:,} are admitted")
    return None


def list_of_articles(content: str) -> str | None:
    """Return what `content` is ("an RSS feed") when it lists articles instead of being one, else None."""
    head = content[:_HEAD_CHARS].lstrip("\ufeff")
    if _JSON_FEED.match(head):
        return "a JSON feed"
    position = 0
    while before := _BEFORE_ROOT.match(head, position):
        position = before.end()
    root = _ROOT.match(head, position)
    return _LISTS.get(root[1].lower()) if root else None


def not_an_article(listing: str) -> Refusal:
    """Return the refusal of `listing` ("an RSS feed")."""
    return Refusal(Rejection.NOT_AN_ARTICLE, f"this is {listing}, not an article: submit the URLs that it lists")


def without_credentials(url: str) -> str:
    """Return `url` with any user name and password cut out, in whatever odd form it is written."""
    refusal = check_url(url)
    if refusal is None:
        return url
    scheme = _SCHEME.match(url)
    start = scheme.end() if scheme else 0
    end = len(url)
    if refusal.reason is Rejection.CREDENTIALS_IN_URL:
        end = next((i for i in range(start, len(url)) if url[i] in "/?#"), end)
    # Where an invalid URL's host ends is anybody's guess, so everything before its last @ goes.
    return url[:start] + url[start:end].rpartition("@")[2] + url[end:]


def _invalid(message: str) -> Refusal:
    return Refusal(Rejection.INVALID_URL, message)
