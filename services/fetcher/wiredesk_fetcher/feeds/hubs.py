"""Who tells of what is new in a listing: the hub that its HTTP headers or it itself name (WebSub, section 4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wiredesk_fetcher.feeds.fields import address
from wiredesk_fetcher.feeds.listing import Listing

# RFC 8288, section 3, as far as a relation goes; what stands between two targets are the parameters of the first.
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)
_ANCHOR = re.compile(r";\s*anchor\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub, and the topic by which it knows the listing. Both are absolute, http or https."""

    url: str
    topic: str


def hub_of(listing: Listing, headers: Iterable[tuple[str, str]], url: str) -> Hub | None:
    """Return the first hub named for what came from `url`, or None. The headers come first, then the listing.

    The topic is what the two call their own address (`self`), or else `url`. Of several hubs one is enough: a
    publisher tells each of them (section 4).
    """
    links = [value for name, value in headers if name.lower() == "link"]
    hub = _linked(links, "hub", url) or listing.hub
    if not hub:
        return None
    return Hub(hub, _linked(links, "self", url) or listing.self_url or url)


def _linked(links: Iterable[str], relation: str, url: str) -> str:
    for target, parameters in (found for value in links for found in _LINK.findall(value)):
        # With an anchor it is a link of something else.
        if _ANCHOR.search(parameters) or not (said := _RELATION.search(parameters)):
            continue
        if relation in (said[1] or said[2] or "").lower().split() and (found := address(url, target)):
            return found
    return ""
