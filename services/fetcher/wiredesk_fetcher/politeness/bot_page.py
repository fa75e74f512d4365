"""What the crawler says of itself: the page that its User-Agent leads to, and its addresses as JSON. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from ipaddress import IPv4Network, IPv6Network

from wiredesk_fetcher.politeness.robots import KEPT, LONGEST_DELAY, TOKEN

_URL = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@:/?&]+@[^\s@:/?&]+")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{token}, the crawler of {name}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif; }}
pre {{ overflow-x: auto; padding: 0.75rem; border: 1px solid; }}
</style>
</head>
<body>
<main>
<h1>{token}, the crawler of {name}</h1>
<p>{name} runs this crawler. It reads news articles that anybody can read on the web, to find new ones, take the text
out of the page and file it by subject.</p>
<h2>How to recognise it</h2>
<p>It sends this User-Agent:</p>
<pre tabindex="0"><code>{agent}</code></pre>
{addresses}
<h2>How to keep it out</h2>
<p>Put these lines into the robots.txt of your site. They hold for the whole site; a path in place of the slash keeps
it out of that part alone.</p>
<pre tabindex="0"><code>User-agent: {token}
Disallow: /</code></pre>
<p>The file is read again after {hours} hours at the latest. While your server fails to give it, nothing is fetched.</p>
<h2>How to slow it down</h2>
<p>A <code>Crawl-delay</code> in robots.txt is honoured, in seconds, up to {longest}. So is <code>Retry-After</code> in
an answer with status 429 or 503.</p>
<pre tabindex="0"><code>User-agent: {token}
Crawl-delay: 30</code></pre>
<h2>What is recorded</h2>
<ul>
<li>The page as your server sent it, with the headers of the answer, its address and the time.</li>
<li>What your site states about use: robots.txt with its <code>Content-Usage</code> and <code>License</code> lines, and
the headers <code>X-Robots-Tag</code>, <code>TDM-Reservation</code>, <code>TDM-Policy</code>, <code>Content-Usage</code>
and <code>Link</code> with a licence.</li>
</ul>
<p>It sends no cookies, fills in no forms and signs in nowhere.</p>
<h2>Contact</h2>
<p>{contact}</p>
</main>
</body>
</html>
"""


def bot_page(name: str, contact: str, addresses: Sequence[str], version: str) -> str:
    """Return the page, in HTML that stands alone, about the crawler run by `name`. Nothing given is taken as HTML.

    `contact`: a URL or a mail address becomes a link, all else stays text. `addresses`: the ranges it comes from, in
    any notation; none are promised when there are none. `version` and `contact` appear in its User-Agent.
    """
    agent = f"{TOKEN}/{version}" + (f" (+{contact})" if contact else "")
    return _PAGE.format(
        token=TOKEN,
        name=escape(name),
        agent=escape(agent),
        addresses=_listed(addresses),
        hours=KEPT.days * 24 + KEPT.seconds // 3600,
        longest=int(LONGEST_DELAY.total_seconds()),
        contact=_linked(contact) if contact else "None is given.",
    )


def address_ranges(addresses: Sequence[IPv4Network | IPv6Network], made: datetime) -> dict[str, object]:
    """Return the ranges the crawler comes from, ready for JSON in the form that Googlebot's list has.

    The form that draft-illyes-aipref-cbcp asks crawlers for. The order is kept. `made`, with a time zone, is when the
    list was made; it is given in UTC, to the second.
    """
    return {
        "creationTime": made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "prefixes": [{f"ipv{network.version}Prefix": str(network)} for network in addresses],
    }


def _listed(addresses: Sequence[str]) -> str:
    if not addresses:
        return "<p>It comes from no fixed addresses.</p>"
    items = "\n".join(f"<li><code>{escape(address)}</code></li>" for address in addresses)
    return f"<p>It comes from these addresses:</p>\n<ul>\n{items}\n</ul>"


def _linked(contact: str) -> str:
    text = escape(contact)
    if _URL.fullmatch(contact):
        return f'<a href="{text}">{text}</a>'
    if _MAIL.fullmatch(contact):
        return f'<a href="mailto:{text}">{text}</a>'
    return text
