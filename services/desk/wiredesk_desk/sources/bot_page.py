"""`sources bot-page`: what sites are told about the crawler."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network

from wiredesk.version import __version__
from wiredesk_desk.running import Exit, Problem
from wiredesk_fetcher.politeness.bot_page import address_ranges, bot_page
from wiredesk_fetcher.settings import FetcherSettings


async def write(addresses: Sequence[str], *, ranges: bool) -> Exit:
    """Write the page, or the networks as JSON, to stdout."""
    try:
        networks = [ip_network(one) for one in addresses]
    except ValueError as error:
        raise Problem(
            f"--address: {error}", "wiredesk sources bot-page --address 192.0.2.0/24", code=Exit.USAGE
        ) from None
    if ranges:
        print(json.dumps(address_ranges(networks, datetime.now(UTC)), indent=2))
        return Exit.OK
    contact = FetcherSettings.load().fetcher.contact
    if not contact:
        raise Problem(
            "the page needs a contact",
            "export WIREDESK_FETCHER__CONTACT=you@example.org",
            code=Exit.CONFIGURATION,
        )
    print(bot_page("Wiredesk", contact, [str(one) for one in networks], __version__))
    return Exit.OK
