"""How a verb gets a page itself: with the fetcher's settings, and for a person who waits."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from wiredesk.client.hosts import is_loopback
from wiredesk.contracts.submission import check_url
from wiredesk_desk.distributions import is_installed
from wiredesk_fetcher.settings import FetcherOptions, FetcherSettings

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def fetcher_options() -> FetcherOptions:
    """Return the fetcher's; where the environment names no contact, with that which was told in this folder.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    options = FetcherSettings.load().fetcher
    if options.contact or not is_installed("wiredesk_local"):
        return options
    from wiredesk_local.settings import LocalSettings  # noqa: PLC0415 - may not be installed
    from wiredesk_local.state import StateDir  # noqa: PLC0415 - as above

    return options.model_copy(update={"contact": StateDir(LocalSettings.load().local.state_dir).contact()})


def options_for(url: str | None) -> FetcherOptions:
    """Return the fetcher's; a site of this machine that somebody here names may be read, as any program of theirs can.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    options = fetcher_options()
    if url is None or check_url(url) or not is_loopback(urlsplit(url).hostname or ""):
        return options
    return options.model_copy(update={"allow_addresses": (*options.allow_addresses, *_LOOPBACK)})
