"""How a verb gets a page itself: with the fetcher's settings, and for a person who waits."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from wiredesk.client.hosts import is_loopback
from wiredesk.contracts.submission import check_url
from wiredesk_fetcher.settings import FetcherOptions, FetcherSettings

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def options_for(url: str | None) -> FetcherOptions:
    """Return the fetcher's; a site of this machine that somebody here names may be read, as any program of theirs can.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    options = FetcherSettings.load().fetcher
    if url is None or check_url(url) or not is_loopback(urlsplit(url).hostname or ""):
        return options
    return options.model_copy(update={"allow_addresses": (*options.allow_addresses, *_LOOPBACK)})
