"""Sockets that listen."""

import socket

from wiredesk.contracts.errors import ConfigurationError


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that listens, for `Server.serve`.

    Raises:
        ConfigurationError: the port is taken, or not ours; `setting` is where to name another.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(f"cannot serve on {host}:{port} ({error.strerror}): set {setting}") from None
    # Who connects inherits it. An answer's head and body are two writes: without it the second waits some 40 ms until
    # the first is acknowledged.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
