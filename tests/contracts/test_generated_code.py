"""What generators make of the JSON Schemas compiles, and says what a reader may rely on."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from tests.contracts.test_contracts import CONTRACTS, FILES, event_of, identify
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleEnriched

PACKAGES = Path(__file__).with_name("typescript")
ENRICHED = [path for path in FILES if event_of(path) is ArticleEnriched]
# A reader's program: it fails to compile when a field that is always there may be undefined, or an enumeration is shut.
READER = """
import { ArticleEnriched } from "./article-enriched";
import { ArticleSubmitted } from "./article-submitted";

export function names(article: ArticleEnriched): string[] {
  const id: string = article.article_id, language: string | undefined = article.in_language;
  const kinds: string[] = article.zones.map((zone) => zone.kind);
  const people = article.entities.filter((entity) => entity.type === "PERSON" || entity.type === "MY_OWN");
  return [id, language ?? "", ...kinds, ...people.map((entity) => entity.name), article.headline];
}
export const submission: ArticleSubmitted = { url: "https://example.org/a" };
// @ts-expect-error -- a page or a text, not both
export const wrong: ArticleSubmitted = { html: "x", text: "y" };
"""


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_typescript(tmp_path: Path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("TYPESCRIPT IS NOT COMPILED: npm is not installed")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, tmp_path)
    run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], tmp_path)
    tools = tmp_path / "node_modules" / ".bin"
    for path in CONTRACTS.glob("*.schema.json"):
        made = run([str(tools / "json2ts"), "--input", str(path)], tmp_path)
        (tmp_path / f"{path.name.partition('.')[0]}.ts").write_text(made)
        types = re.findall(r"^export (?:type|interface) (\w+)", made, re.MULTILINE)
        assert not any(name[-1].isdigit() for name in types), types
    (tmp_path / "reader.ts").write_text(READER)
    run([str(tools / "tsc"), "--noEmit", "--strict", "--skipLibCheck", *names(tmp_path)], tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ts"))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module of pydantic models, made from the schema of the enriched article."""
    folder = tmp_path_factory.mktemp("generated")
    made = folder / "enriched.py"
    source = CONTRACTS / "article-enriched.v1.schema.json"
    options = ["--input-file-type", "jsonschema", "--output-model-type", "pydantic_v2.BaseModel"]
    options += ["--target-python-version", "3.11", "--disable-timestamp", "--formatters", "builtin"]
    generator = str(Path(sys.executable).with_name("datamodel-codegen"))
    run([generator, "--input", str(source), "--output", str(made), *options], folder)
    return made


@pytest.mark.parametrize("path", ENRICHED, ids=identify)
def test_python_reads_every_enriched_event(generated: Path, path: Path):
    spec = importlib.util.spec_from_file_location("generated_enriched", generated)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generated_enriched"] = module
    spec.loader.exec_module(module)
    event = wire.decode(path.read_bytes(), ArticleEnriched)
    written = json.loads(event.model_dump_json(exclude_none=True))
    read = module.ArticleEnriched.model_validate(written)
    assert read.headline == event.headline
    assert [entity.name for entity in read.entities] == [entity.name for entity in event.entities]
    # No type besides those of the contract but the known values of an open enumeration.
    numbered = [value for name, value in vars(module).items() if name[-1].isdigit()]
    assert all(issubclass(value, StrEnum) for value in numbered)
