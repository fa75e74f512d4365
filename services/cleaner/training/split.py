"""Which pages of a development set are for training and which are held out. Pure.

By site, not by page: two pages of one site share a template, and a template seen in training would flatter.
"""

import hashlib

from shared.ids import registrable_host

_PARTS = 3


def held_out(url: str | None) -> bool:
    """Whether the page at `url` is in the third of the sites that is only measured, never tuned on.

    The same answer on every machine: it rests on the SHA-256 of the registrable host. A page without a URL is not.
    """
    if not url:
        return False
    digest = hashlib.sha256(registrable_host(url).encode()).digest()
    return int.from_bytes(digest[:8], "big") % _PARTS == 0
