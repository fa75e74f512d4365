"""What a subscription is of: a search's words and filters, kept as they were typed, each time read anew."""

from collections.abc import Mapping

from pydantic import ValidationError

from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.web.asking import Asked

_WORDS = {
    "q": "“{}”",
    "entity": "naming {}",
    "type": "naming one of the type {}",
    "country": "about {}",
    "host": "on {} and the hosts below it",
    "section": "in the section {}",
    "language": "in the language {}",
    "source": "submitted by {}",
    "quality": "of the quality {}",
    "story": "of the story {}",
    "copies": "without copies",
}
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
    if wrong := [name for name, value in given.items() if "\0" in value]:
        # PostgreSQL keeps everything but this.
        raise Problem(f"{wrong[0]}: it holds a NUL character", code=Exit.USAGE)
    try:
        return Asked(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise Problem(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", code=Exit.USAGE) from None


def in_words(asked: Mapping[str, str]) -> str:
    """Return what a kept question asks for, as a person says it; its values are whatever somebody typed."""
    said = {name: words.format(asked[name]) for name, words in _WORDS.items() if name in asked}
    if "entity" in said and "type" in said:
        said["entity"] += f" ({asked['type']})"
        del said["type"]
    return ", ".join(said.values()) or "everything"
