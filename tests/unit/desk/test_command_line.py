"""The program itself, as a shell runs it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wiredesk_desk.cli import app

ROOT = Path(__file__).parents[3]
SAMPLE = """World

Ferry Line Reopens

BERGEN - The ferry from Norway to Denmark runs again after the storm, the harbour said on Friday. It was late.
"""


def wiredesk(*arguments: str, folder: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("WIREDESK_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "wiredesk_desk", *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_imports_neither_kafka_nor_pydantic_nor_rich():
    code = (
        "import sys, wiredesk_desk.__main__ as m\n"
        "try: sys.argv[1:] = ['--help']; m.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'aiokafka', 'faststream', 'pydantic', 'rich', 'asyncpg', 'spacy', 'aiohttp'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    for verb in (
        *("up", "status", "publish", "tail", "search", "explain", "diff", "dlq", "topics", "try", "config", "schema"),
        "tokens",
    ):
        assert f"  {verb} " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "told"),
    [
        (["status"], {"WIREDESK_KAFKA__BOOTSTRAP_SERVER": "x:1"}, 4, "WIREDESK_KAFKA__BOOTSTRAP_SERVERS?"),
        (["status"], {"WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "nowhere"}, 4, "WIREDESK_KAFKA__BOOTSTRAP_SERVERS"),
        (["status"], {"WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1"}, 3, "wiredesk doctor"),
        (
            ["search", "x"],
            {"WIREDESK_STORAGE__DSN": "postgresql://u:hunter2@127.0.0.1:1/x"},
            3,
            "WIREDESK_STORAGE__DSN",
        ),
        (["search"], {}, 2, "wiredesk search --from 1d"),
        (["search", "x", "--from", "yesterday"], {}, 2, "--from 2026-11-20"),
        (["search", "x", "--sort", "size"], {}, 2, "relevance date"),
        (["search", "x", "--half-life", "0.001"], {}, 2, "0.01 at least"),
        (["search", "x", "--facets", "--sort", "date"], {}, 2, "leave out --sort"),
        (["search", "x", "--facets", "--after", "abc"], {}, 2, "--after"),
        (["entities", "Oslo", "--limit", "5"], {}, 2, "leave it out with a name"),
        (["entities"], {"WIREDESK_STORAGE__DSN": "postgresql://u:hunter2@127.0.0.1:1/x"}, 3, "WIREDESK_STORAGE__DSN"),
        (["entities", " "], {}, 2, "the name is empty"),
        (["dlq", "list"], {"WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1"}, 3, "wiredesk up"),
        (["tail", "printed"], {}, 2, "submitted fetched cleaned enriched stored rejected"),
        (["tail", "stored", "--entity", "Oslo"], {}, 2, "only enriched articles have entities"),
        (["explain", "example.org/story"], {}, 2, "neither an id nor a URL"),
        (["diff", "example.org/story"], {}, 2, "neither an id nor a URL"),
        (["diff", "my-run-7"], {}, 2, "neither an article id nor a URL"),
        (["diff", "https://example.org/story", "--all", "--revision", "2"], {}, 2, "leave out --revision"),
        (["diff", "https://example.org/story", "--revision", "0"], {}, 2, "--revision"),
        (
            ["diff", "https://example.org/story"],
            {"WIREDESK_STORAGE__DSN": "postgresql://u:hunter2@127.0.0.1:1/x"},
            3,
            "WIREDESK_STORAGE__DSN",
        ),
        (["dlq", "list", "--stage", "printer"], {}, 2, "fetcher cleaner tagger storage"),
        (["dlq", "list", "--since", "yesterday"], {}, 2, "2026-11-20T12:00"),
        (["dlq", "discard", "--all"], {}, 2, "--reason"),
        (["dlq", "discard", "--all", "--reason", " "], {}, 2, "say why"),
        (["dlq", "discard", "--reason", "old"], {}, 2, "wiredesk dlq list"),
        (["dlq", "replay", "t/0/1", "--all"], {}, 2, "wiredesk dlq list"),
        (["publish", "."], {}, 2, "is a directory"),
        (["publish", "ftp://example.org/a"], {}, 6, "only http:// and https://"),
        (["publish"], {}, 2, "Missing argument"),
        (["tokens", "add", "ada", "--scope", "own"], {}, 2, "read write"),
        (["tokens", "add", "two words"], {}, 2, "wiredesk tokens add ada"),
        (["tokens", "add", "ada", "--days", "0"], {}, 2, "--days"),
        (["tokens", "list"], {"WIREDESK_STORAGE__DSN": "postgresql://u:hunter2@127.0.0.1:1/x"}, 3, "wiredesk up"),
        (["scale", "tagger", "2"], {}, 3, "wiredesk up"),
        (["scale", "courier", "2"], {}, 2, "fetcher cleaner tagger storage desk"),
        (["up", "--scale", "tagger"], {}, 2, "tagger=3"),
        (["dlq", "replay"], {}, 2, "wiredesk dlq list"),
        (["down"], {}, 0, "nothing is running in this folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_verb_that_cannot_go_on_has_its_exit_code_and_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    told: str,
):
    for name in [name for name in os.environ if name.upper().startswith("WIREDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, arguments, env=environment)
    assert (done.exit_code, told in done.stderr) == (code, True), done.stderr
    assert isinstance(done.exception, SystemExit | None), "no traceback"
    assert "hunter2" not in done.stdout + done.stderr


def test_an_error_is_told_without_a_traceback_or_the_complaints_of_a_client_library(tmp_path: Path):
    done = wiredesk("status", folder=tmp_path, WIREDESK_KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert done.returncode == 3
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["wiredesk:", "Start"]


def test_config_show_is_ndjson_in_a_pipe_and_masks_the_password(tmp_path: Path):
    done = wiredesk("config", "show", folder=tmp_path, WIREDESK_STORAGE__DSN="postgresql://u:hunter2@db/x")
    rows = {row["setting"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stderr
    assert rows["WIREDESK_STORAGE__DSN"]["value"] == "postgresql://u:*****@db/x"
    assert rows["WIREDESK_STORAGE__DSN"]["origin"] == "environment"
    assert "hunter2" not in done.stdout + done.stderr


def test_env_names_kafka_the_store_and_the_desk_for_other_programs(tmp_path: Path):
    desk = "https://desk.example:8443"
    done = wiredesk("env", folder=tmp_path, WIREDESK_STORAGE__DSN="postgresql://u:p w@db/x", WIREDESK_API__URL=desk)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {
        "export WIREDESK_KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:9092",
        "export WIREDESK_STORAGE__DSN='postgresql://u:p w@db/x'",
        f"export WIREDESK_API__URL={desk}",
    }


def test_try_cleans_and_tags_without_any_server(tmp_path: Path):
    done = wiredesk("try", "-", folder=tmp_path, stdin=SAMPLE)
    assert done.returncode == 0, done.stderr
    event = json.loads(done.stdout)
    assert (event["headline"], event["article_section"]) == ("Ferry Line Reopens", "World")
    assert {"Norway", "Denmark"} <= {entity["name"] for entity in event["entities"]}


def test_try_says_why_there_is_no_article(tmp_path: Path):
    done = wiredesk("try", "-", folder=tmp_path, stdin="   \n")
    assert done.returncode == 6
    assert json.loads(done.stdout)["reason"] == "empty"
    assert "rejected by the fetcher: empty" in done.stderr


def test_a_reader_that_has_enough_ends_the_program_without_a_complaint(tmp_path: Path):
    command = f"{shlex.quote(sys.executable)} -m wiredesk_desk config show | head -n 1; exit ${{PIPESTATUS[0]}}"
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("WIREDESK_")}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_schema_check_names_each_break_and_write_refuses_it(tmp_path: Path):
    assert wiredesk("schema", "write", "--directory", "c", folder=tmp_path).returncode == 0
    assert wiredesk("schema", "check", "--directory", "c", folder=tmp_path).returncode == 0
    path = tmp_path / "c" / "article-stored.v1.schema.json"
    path.write_text(path.read_text().replace('"revision"', '"edition"'))
    for verb in ("check", "write"):
        done = wiredesk("schema", verb, "--directory", "c", folder=tmp_path)
        assert done.returncode == 1
        assert "the event.edition: removed or renamed" in done.stderr
        assert ".v2" in done.stderr
    assert '"edition"' in path.read_text()
