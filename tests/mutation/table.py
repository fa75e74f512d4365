"""What became of the mutants, by module."""

import json
from collections import Counter
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

from bench.markdown import table

# A mutant that never comes to an end is noticed, and so is one that breaks the interpreter.
NOTICED = {"killed", "timeout", "segfault"}

Modules = dict[str, dict[str, str]]


def read(mutants: Path) -> Modules:
    """Return what became of each mutant that was tried, by module."""
    modules: Modules = {}
    for file in sorted(mutants.rglob("*.meta")):
        codes = json.loads(file.read_text())["exit_code_by_key"]
        found = {name: status_by_exit_code[code] for name, code in codes.items() if code is not None}
        if found:
            modules[".".join(file.relative_to(mutants).with_suffix("").with_suffix("").parts)] = found
    return modules


def show(modules: Modules) -> None:
    """Print how each mutant that was not noticed differs; the working directory is mutmut's."""
    for found in modules.values():
        for name, became in found.items():
            if became not in NOTICED:
                print(f"# {name}: {became}\n{get_diff_for_mutant(name)}\n")  # noqa: T201


def share(modules: Modules) -> float:
    """Return the share of all mutants that was noticed."""
    became = [one for found in modules.values() for one in found.values()]
    return sum(one in NOTICED for one in became) / len(became) if became else 0.0


def text(modules: Modules) -> str:
    """Return the table: mutants, killed (those that never end too), survived (those that no test runs too), share."""
    whole: Counter[str] = Counter()
    rows = [["module", "mutants", "killed", "survived", "share"]]
    for module, found in modules.items():
        whole.update(found.values())
        rows.append(_row(f"`{module}`", Counter(found.values())))
    return table([*rows, _row("all", whole)])


def _row(name: str, became: Counter[str]) -> list[str]:
    killed = sum(count for what, count in became.items() if what in NOTICED)
    return [name, str(became.total()), str(killed), str(became.total() - killed), f"{killed / became.total():.1%}"]
