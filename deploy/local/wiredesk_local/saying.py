"""Words for whoever started local mode."""

import contextlib
from collections.abc import Callable


def never_raising(say: Callable[[str], None]) -> Callable[[str], None]:
    """A terminal that was closed takes no more words, which must not keep anything from being stopped."""

    def said(message: str) -> None:
        with contextlib.suppress(OSError):
            say(message)

    return said
