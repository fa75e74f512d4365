"""What the crawler says of itself: the page that its User-Agent leads to, and its addresses as JSON. Pure.

What a page has to say is in draft-illyes-aipref-cbcp-04, 2.5 and 2.6.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from ipaddress import IPv4Network, IPv6Network

from wiredesk_fetcher.politeness.robots import KEPT, LONGEST_DELAY, TOKEN
from wiredesk_fetcher.politeness.signatures import DIRECTORY_PATH

_URL = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@:/?&]+@[^\s@:/?&]+")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{token}, the crawler of {name}</title>{link}
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
out of the page and file it by subject. A page is taken as your server sends it: nothing is rendered, no script
runs.</p>
<h2>How to recognise it</h2>
<p>It sends this User-Agent:</p>
<pre tabindex="0"><code>{agent}</code></pre>
{addresses}
<h2>How to keep it out</h2>
<p>Put these lines into the robots.txt of your site. They hold for the whole site; a path in place of the slash keeps
it out of that part alone. Any checker that follows RFC 9309 shows what a file means: test it with the name
<code>{token}</code>.</p>
<pre tabindex="0"><code>User-agent: {token}
Disallow: /</code></pre>
<p>The file is read again after {hours} hours at the latest. While your server fails to give it, nothing is fetched.</p>
<p>A page with <code>noindex</code> or <code>none</code> in the header <code>X-Robots-Tag</code>, or in its meta element
for robots, is not filed.</p>
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


def bot_page(
    name: str, contact: str, addresses: Sequence[str], version: str, *, ranges_url: str = "", directory: str = ""
) -> str:
    """Return the page, in HTML that stands alone, about the crawler run by `name`. Nothing given is taken as HTML.

    `contact`: a URL or a mail address becomes a link, all else stays text. `addresses`: the ranges it comes from, in
    any notation; none are promised when there are none. `version` and `contact` appear in its User-Agent.
    `ranges_url`: where `address_ranges` are published, which machines find by the relation `client-ranges`.
    `directory`: the https:// origin that its signed requests name, empty when it signs none.
    """
    agent = f"{TOKEN}/{version}" + (f" (+{contact})" if contact else "")
    return _PAGE.format(
        token=TOKEN,
        name=escape(name),
        agent=escape(agent),
        link=f'\n<link rel="client-ranges" href="{escape(ranges_url)}">' if ranges_url else "",
        addresses=_listed(addresses, ranges_url) + (_signed(name, directory) if directory else ""),
        hours=KEPT.days * 24 + KEPT.seconds // 3600,
        longest=int(LONGEST_DELAY.total_seconds()),
        contact=_linked(contact) if contact else "None is given.",
    )


def address_ranges(addresses: Sequence[IPv4Network | IPv6Network], made: datetime) -> dict[str, object]:
    """Return the ranges the crawler comes from, ready for JSON in the form that Googlebot's list has.

    It is what draft-illyes-aipref-cbcp-04, 2.5 asks crawlers for: JAFAR, draft-illyes-webbotauth-jafar-00, 2, which
    wants the file made anew once a day, changed or not. The order is kept. `made`, with a time zone, is when the list
    was made; it is given in UTC, to the second.
    """
    return {
        "creationTime": made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "prefixes": [{f"ipv{network.version}Prefix": str(network)} for network in addresses],
    }


def _listed(addresses: Sequence[str], ranges_url: str) -> str:
    parts = []
    if addresses:
        items = "\n".join(f"<li><code>{escape(address)}</code></li>" for address in addresses)
        parts.append(f"<p>It comes from these addresses:</p>\n<ul>\n{items}\n</ul>")
    if ranges_url:
        parts.append(f"<p>Its addresses as JSON: {_linked(ranges_url)}</p>")
    return "\n".join(parts) or "<p>It comes from no fixed addresses.</p>"


def _signed(name: str, directory: str) -> str:
    return (
        f"\n<p>Each request is signed (RFC 9421, Web Bot Auth). Its header <code>Signature-Agent</code> names\n"
        f"<code>{escape(directory)}</code>, and the key is in the directory there:\n"
        f"{_linked(directory + DIRECTORY_PATH)}. A request that is not signed so does not come from {escape(name)}.</p>"
    )


def _linked(contact: str) -> str:
    text = escape(contact)
    if _URL.fullmatch(contact):
        return f'<a href="{text}">{text}</a>'
    if _MAIL.fullmatch(contact):
        return f'<a href="mailto:{text}">{text}</a>'
    return text
