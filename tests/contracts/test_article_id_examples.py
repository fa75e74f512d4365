"""The code in docs/contracts.md that makes an article id: three languages, the ids of ours."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from wiredesk.contracts.ids import article_id, canonical_url

DOCUMENT = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text(encoding="utf-8")
URLS = ("https://example.org/world/ferry", "https://xn--pklad-8va.example/a?b=1")
CONTENTS = ("A story.", "  World\n\n\tA\u00a0headline\u2003 \n", "Přívoz 🚢 東京", "a\x1cb\x85c")
EXPECTED = [str(article_id(url)) for url in URLS] + [str(article_id(None, content)) for content in CONTENTS]


def code(language: str, mark: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    (found,) = [block for block in blocks if mark in block]
    return str(found)


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"THE EXAMPLE IN {name} IS NOT RUN: {name} is not installed")
    return found


def quoted(texts: tuple[str, ...]) -> str:
    return ", ".join('"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in text) + '"' for text in texts)


def printed(command: list[str], folder: Path) -> list[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_table_of_canonical_urls_is_true():
    rows = re.findall(r"^\| `(https?://[^`]*)` \| `(https?://[^`]*)` \|$", DOCUMENT, re.MULTILINE | re.IGNORECASE)
    assert len(rows) == 8
    assert [(url, canonical_url(url)) for url, _ in rows] == rows


def test_in_python():
    names: dict[str, Any] = {}
    exec(code("python", "of_content"), names)
    assert [names["of_url"](url) for url in URLS] + [names["of_content"](text) for text in CONTENTS] == EXPECTED
    # What is not in normal form is an article of its own nowhere.
    assert names["of_content"]("cafe\u0301") == names["of_content"]("caf\u00e9") == str(article_id(None, "cafe\u0301"))


def test_in_javascript(tmp_path: Path):
    node = program("node")
    calls = f"\nfor (const url of [{quoted(URLS)}]) console.log(ofUrl(url));"
    calls += f"\nfor (const text of [{quoted(CONTENTS)}]) console.log(ofContent(text));"
    (tmp_path / "example.mjs").write_text(code("javascript", "ofContent") + calls, encoding="utf-8")
    assert printed([node, "example.mjs"], tmp_path) == EXPECTED


def test_in_go(tmp_path: Path):
    go = program("go")
    # Go's white space lacks what separated records on tape.
    lists = [(quoted(URLS), "ofUrl"), (quoted(CONTENTS[:3]), "ofContent")]
    loops = "".join(f"for _, s := range []string{{{values}}} {{ fmt.Println({name}(s)) }}\n" for values, name in lists)
    (tmp_path / "main.go").write_text(f"{code('go', 'ofContent')}\nfunc main() {{\n{loops}}}\n", encoding="utf-8")
    assert printed([go, "run", "main.go"], tmp_path) == EXPECTED[:-1]
