"""Words per CPU second, this tree beside another one and beside spaCy's small model: turn by turn, in one run.

Processors and neighbours differ from minute to minute, so only the ratio of turns that stand beside each other tells.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.markdown import table
from wiredesk_tagger.nlp import Article

_TURN = Path(__file__).with_name("turn.py")
PEER = "en_core_web_sm"
THIS = "this tree"


def write(articles: Sequence[Article], file: Path) -> int:
    """Write the articles as `turn.py` reads them; return how many words they have."""
    rows = [{"headline": one.headline, "text": one.text, "captions": one.captions} for one in articles]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return sum(len(text.split()) for one in articles for text in one.fields.values())


def commands(file: Path, before: Path | None, peers: Sequence[str]) -> dict[str, list[str]]:
    """Return what runs one turn of each; `before` is another checkout with a `.venv`."""
    found = {THIS: [sys.executable, str(_TURN), str(file)]}
    if before:
        found["before"] = [str(before / ".venv" / "bin" / "python"), str(_TURN), str(file)]
    return found | {name: [sys.executable, str(_TURN), str(file), name] for name in peers}


def turns(each: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Run every command `rounds` times, one after the other; return the CPU seconds of each.

    Raises:
        OSError: one cannot be run, or fails; the message has the last line that it said.
    """
    found: dict[str, list[float]] = {name: [] for name in each}
    for _ in range(rounds):
        for name, command in each.items():
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
            if done.returncode:
                raise OSError(f"{name}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
            found[name].append(float(done.stdout))
    return found


def report(words: int, articles: int, seconds: Mapping[str, Sequence[float]]) -> str:
    """Return the table: the median of the turns, and this tree's speed as a multiple of each other's, turn by turn."""
    ours = seconds[THIS]
    rows = [[f"{articles} articles, {words:,} words, {len(ours)} turns", "words / CPU s", "this tree is faster by"]]
    for name, spent in seconds.items():
        ratio = median(theirs / own for theirs, own in zip(spent, ours, strict=True))
        rows.append([name, f"{words / median(spent):,.0f}", "" if name == THIS else f"{ratio:.2f} x"])
    return table(rows)
