"""What a subscription is of: a search's words and filters, kept as they were typed, each time read anew."""

from collections.abc import Mapping

from pydantic import ValidationError

from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.web.asking import Asked

# They would be of another time each day.
_NOT_KEPT = ("from", "to")


def question(typed: Mapping[str, str | None]) -> Asked:
    """Return what is asked for; what is None or empty is not.

    Raises:
        Problem: it is no question, or one that makes no sense for what is yet to come.
    """
    given = {name: value for name, value in typed.items() if value}
    if wrong := [name for name in _NOT_KEPT if name in given]:
        raise Problem(f"a subscription tells of what is new: it has no {wrong[0]!r}", code=Exit.USAGE)
    try:
        return Asked(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise Problem(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", code=Exit.USAGE) from None
