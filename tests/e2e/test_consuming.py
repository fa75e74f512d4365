"""`docs/consuming.md`: every example runs as it stands there, beside a real system, and prints what stands below it."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.desk_system import DeskSystem
from tests.e2e.documented import DESK, Example, agrees, run, sections

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

SECTIONS = sections(Path(__file__).parents[2] / "docs" / "consuming.md")
IN_A_PAGE = [name for name, examples in SECTIONS.items() if any(one.place == "browser" for one in examples)]
NO_TOOL = "no program:"


@pytest.fixture
async def newsroom(desk: DeskSystem) -> DeskSystem:
    """The demo, in a folder with the environment that `make setup` makes."""
    if not (place := desk.folder / ".venv").exists():
        place.symlink_to(sys.prefix)
    return desk


@pytest.mark.parametrize("section", [name for name in SECTIONS if name not in IN_A_PAGE])
async def test_every_example_prints_what_stands_below_it(section: str, newsroom: DeskSystem):
    for tool in ("curl", "kcat"):
        if any(one.language == "bash" and re.search(rf"\b{tool} ", one.code) for one in SECTIONS[section]):
            _need(tool)
    for example in SECTIONS[section]:
        await _run(example, newsroom, None)


@pytest.mark.parametrize("section", IN_A_PAGE)
async def test_every_example_for_a_page_prints_what_stands_below_it(
    section: str, newsroom: DeskSystem, browser: Browser
):
    context = await browser.new_context(base_url=newsroom.address)
    page = await context.new_page()
    await page.goto("/api")
    for example in SECTIONS[section]:
        await _run(example, newsroom, page)
    await context.close()


async def _run(example: Example, newsroom: DeskSystem, page: Page | None) -> None:
    printed = await run(example, newsroom, page)
    if example.output is not None:
        output = example.output.replace(DESK, newsroom.address)
        assert agrees(printed, output), f"{example.code}\nprinted\n{printed}\nand the document says\n{output}"


def _need(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{NO_TOOL} install {tool}, such as Debian's: apt-get install {tool}")


def test_there_is_a_section_for_each_way_in():
    found = {(example.language, example.place) for examples in SECTIONS.values() for example in examples}
    assert found == {("python", ""), ("javascript", "browser"), ("javascript", "node"), ("sql", ""), ("bash", "")}
    assert {"curl", "kcat", "pandas"} <= SECTIONS.keys()


@pytest.mark.parametrize(
    ("printed", "output", "is_right"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        ("one\ntwo\nthree\n", "one\ntwo\n", False),
        ("one 5 s\ntwo\n", "one … s\ntwo\n", True),
        ("one 5\nand s\ntwo\n", "one … s\ntwo\n", False),
        ("one\nand\nand\ntwo\n", "one\n…\ntwo\n", True),
        ("one\ntwo\n", "one\n…\ntwo\n", True),
        ("one\n", "one\n…\ntwo\n", False),
        ("a.b\n", "a+b\n", False),
    ],
)
def test_dots_stand_for_what_differs_and_for_nothing_else(printed: str, output: str, *, is_right: bool):
    assert agrees(printed, output) is is_right
