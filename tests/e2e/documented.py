"""Takes the examples out of a document, runs each as a reader would, and compares what it prints."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
from playwright._impl._driver import compute_driver_executable
from playwright.async_api import Page

from tests.e2e.desk_system import DeskSystem

DESK = "http://127.0.0.1:8780"
"""the address in the document; the one of the system is put in its place"""
_SECONDS = 150
_FENCE = re.compile(r"^```(\S+)(?: (\w+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A fenced block, where it is meant for (of JavaScript), and what stands below it as its output."""

    language: str
    place: str
    code: str
    output: str | None


def sections(document: Path) -> dict[str, list[Example]]:
    """Return the examples below each heading that has some, in the order of the document."""
    parts = re.split(r"^#+ (.*)$", document.read_text("utf-8"), flags=re.MULTILINE)
    found = {heading: list(_examples(text)) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}
    return {heading: examples for heading, examples in found.items() if examples}


def _examples(text: str) -> Iterator[Example]:
    blocks = [found.groups(default="") for found in _FENCE.finditer(text)]
    for (language, place, code), (following, _, output) in pairwise([*blocks, ("", "", "")]):
        if language != "text":
            yield Example(language, place, code, output if following == "text" else None)


def agrees(printed: str, output: str) -> bool:
    """Tell whether an example printed what the document says; `…` stands for anything in a line, or for whole lines."""
    pattern = re.escape(output.strip() + "\n")
    pattern = re.sub(r"^…\\\n", r"(?:.*\\n)*?", pattern, flags=re.MULTILINE).replace("…", ".*")
    lines = [line.rstrip() for line in printed.strip().splitlines()]
    return re.fullmatch(pattern, "\n".join(lines) + "\n") is not None


async def run(example: Example, system: DeskSystem, page: Page | None) -> str:
    """Run an example in the folder of the system; return what it printed. `page` is one of the desk."""
    code = example.code.replace(DESK, system.address)
    match example.language, example.place:
        case "python", _:
            return await _typed(system, [sys.executable, "-W", "error", _saved(system, "example.py", code)])
        case "bash", _:
            return await _typed(system, ["bash", "-eu", "-c", code])
        case "javascript", "node":
            node = str(compute_driver_executable()[0])
            return await _typed(system, [node, _saved(system, "example.mjs", code)])
        case "javascript", "browser":
            assert page is not None
            return await _in_page(page, code, lines=len((example.output or "").splitlines()))
        case "sql", _:
            return await _asked(system, code)
    raise AssertionError(f"nothing runs {example.language} {example.place}")


def _saved(system: DeskSystem, name: str, code: str) -> str:
    (system.folder / name).write_text(code)
    return name


async def _typed(system: DeskSystem, command: list[str]) -> str:
    """Nothing but the folder says where the system is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=system.folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, errors = await asyncio.wait_for(process.communicate(), _SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, f"{out.decode()}\n{errors.decode()}"
    return out.decode()


async def _in_page(page: Page, code: str, *, lines: int) -> str:
    """Return what the console says, until it has said so many lines."""
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    await page.evaluate(f"(async () => {{ {code} }})()")
    async with asyncio.timeout(_SECONDS):
        while len(said) < lines:
            await asyncio.sleep(0.05)
    return "\n".join(said)


async def _asked(system: DeskSystem, code: str) -> str:
    """Return rows as `psql --no-align --tuples-only` prints them."""
    shown = (await system.type("env", "--json"))[1]
    (dsn,) = re.findall(r'"WIREDESK_STORAGE__DSN": "(.*?)"', shown)
    connection = await asyncpg.connect(dsn)
    try:
        return "\n".join("|".join(map(_cell, row.values())) for row in await connection.fetch(code))
    finally:
        await connection.close()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ",".join("NULL" if one is None else _quoted(str(one)) for one in value) + "}"
    return "" if value is None else str(value)


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r'[\s,{}"\\]', text) else text
