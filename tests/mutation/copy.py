"""The copy that is mutated: both packages at its root, as they are imported, and the tests that need no broker."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

PACKAGES = {"wiredesk": "shared/wiredesk", "wiredesk_storage": "services/storage/wiredesk_storage"}
TESTS = ("mutation", "simulation", "stream", "unit/wiredesk", "unit/storage")
# mutmut leaves decorated functions alone; these decorators can as well be called below the function.
_CALLED = ("property", "asynccontextmanager")


def lay_out(checkout: Path, place: Path) -> None:
    """Copy what a run needs from `checkout` to `place`."""
    no_caches = shutil.ignore_patterns("__pycache__")
    folders = PACKAGES | {f"tests/{tier}": f"tests/{tier}" for tier in TESTS} | {"bench": "bench"}
    for here, there in folders.items():
        shutil.copytree(checkout / there, place / here, ignore=no_caches)
    for file in (checkout / "tests").glob("*.py"):
        shutil.copy(file, place / "tests")
    shutil.copy(checkout / "pyproject.toml", place)
    for file in _mutated(place):
        file.write_text(call_decorators(file.read_text()))


def module(place: Path, name: str) -> str:
    """Return the module, as it is imported, that was asked for by its name or its file.

    Raises:
        SystemExit: there is none.
    """
    stem = name.removesuffix(".py").rpartition("/")[2].rpartition(".")[2]
    for file in _mutated(place):
        if file.stem == stem:
            return ".".join(file.relative_to(place).with_suffix("").parts)
    raise SystemExit(f"no module {name} among those that are mutated")


def call_decorators(source: str) -> str:
    """Return the same program, `@property` written as a call behind the function."""
    lines = source.splitlines()
    functions = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in sorted(functions, key=lambda one: -one.lineno):
        match function.decorator_list:
            case [ast.Name(id=name, lineno=at)] if name in _CALLED and function.end_lineno is not None:
                call = f"{' ' * function.col_offset}{function.name} = {name}({function.name})"
                lines.insert(function.end_lineno, call)
                del lines[at - 1]
    return "\n".join(lines) + "\n"


def _mutated(place: Path) -> Iterator[Path]:
    yield from sorted((place / "wiredesk" / "engine").rglob("*.py"))
    yield place / "wiredesk_storage" / "core.py"
