"""`knowledge check`: what the tagger would make of a knowledge file, and what in it can never link."""

from collections import Counter
from pathlib import Path

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_desk.output import say, table
from wiredesk_desk.running import Exit, Problem
from wiredesk_tagger.linking.knowledge_file import read_file


async def check(path: Path, *, as_json: bool) -> Exit:
    """Tell every bad line and every conflict; the counts go to stderr.

    The exit code is that of a bad configuration when the tagger would refuse the file, "some rejected" when
    conflicts keep names from linking, else ok.
    """
    try:
        reading = read_file(path)
    except ConfigurationError as error:
        raise Problem(str(error), code=Exit.USAGE) from None
    known = reading.knowledge
    rows = [{"line": bad.line, "problem": "no entry", "what": bad.reason} for bad in reading.problems]
    rows += [
        {
            "line": clash.lines[0],
            "problem": "conflict",
            "what": f'"{clash.alias}" ({clash.type}) is {" and ".join(clash.ids)} (lines {_list(clash.lines)})',
        }
        for clash in known.conflicts
    ]
    if rows:
        table(sorted(rows, key=lambda row: int(str(row["line"]))), as_json=as_json, empty="", right=("line",))
    schemes = Counter(link.scheme for link in set(known.links.values()))
    counted = ", ".join(f"{count} {scheme}" for scheme, count in schemes.most_common())
    say(
        f"{path}: {known.entries} entries{f' ({counted})' if counted else ''}, {len(known.links)} aliases that link, "
        f"{len(known.conflicts)} conflicts, {len(reading.problems)} bad lines"
    )
    if reading.problems:
        say("The tagger does not start with a bad line, and keeps the version before when a running one meets it.")
        return Exit.CONFIGURATION
    if known.conflicts:
        say("A name in conflict links nothing: give it to one of them, or to none.")
        return Exit.REJECTED
    return Exit.OK


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
