"""Which pages may be learned from and which only measured: decided by the host, so that no site is on both sides."""

from hashlib import blake2b
from urllib.parse import urlsplit

FOLDS = 5


def _number(url: str | None) -> int:
    host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    return int.from_bytes(blake2b(host.encode(), digest_size=8).digest(), "big")


def is_held_out(url: str | None) -> bool:
    """Whether the page at `url` belongs to the third that nothing is tuned or trained on."""
    return _number(url) % 3 == 0


def fold_of(url: str | None) -> int:
    """Return the cross-validation fold, 0 to 4, of a page that is not held out; a site is in one fold only."""
    return _number(url) // 3 % FOLDS
