"""`schema write` and `schema check`: the committed contracts against the models."""

from collections.abc import Sequence
from pathlib import Path

from wiredesk.contracts import schema
from wiredesk.contracts.schema import Difference
from wiredesk_desk.output import say
from wiredesk_desk.running import Exit, Problem

_TODO = "A breaking change is a new topic: add a `.v2` to wiredesk.contracts.topics and keep the old one."


async def show(name: str | None) -> Exit:
    """Print one document as it is for this version; without a name the names."""
    documents = schema.documents()
    names = {file.partition(".")[0]: file for file in documents}
    if name is None:
        for one in names:
            print(one)
        return Exit.OK
    if name not in names and name not in documents:
        raise Problem(f"there is no schema {name!r}", f"Take one of: {' '.join(names)}.", code=Exit.USAGE)
    print(documents[names.get(name, name)], end="")
    return Exit.OK


async def write(directory: Path) -> Exit:
    """Make the documents anew, unless a published contract would break."""
    differences = schema.write(directory)
    if _tell_breaks(differences):
        say(f"Nothing was written. {_TODO}")
        return Exit.FAILED
    for difference in differences:
        say(f"written: {directory / difference.file}")
    if not differences:
        say("nothing to write: all documents are current")
    return Exit.OK


async def check(directory: Path) -> Exit:
    """Tell every document that is not as the models say, and each break in it."""
    _check_checkout(directory)
    differences = schema.compare(directory)
    for difference in differences:
        say(f"differs: {directory / difference.file}")
    if _tell_breaks(differences):
        say(_TODO)
    elif differences:
        say("Run `wiredesk schema write` and commit the documents.")
    return Exit.FAILED if differences else Exit.OK


def _check_checkout(directory: Path) -> None:
    if not directory.is_dir():
        todo = "It is for a checkout: go there. What this version says: wiredesk schema show"
        raise Problem(f"there is no folder {directory} here to compare with", todo, code=Exit.USAGE)


def _tell_breaks(differences: Sequence[Difference]) -> bool:
    found = [f"breaks {d.file}: {change}" for d in differences for change in d.breaks]
    for line in found:
        say(line)
    return bool(found)
