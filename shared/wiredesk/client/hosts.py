"""Which hosts are this machine: what is sent there crosses no network."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether `host` (a name or an address, no port) is this machine by its looks; nothing is looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
