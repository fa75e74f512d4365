"""Every distribution builds, installs alone with its own lock in a clean environment, imports, and says what it is."""

import hashlib
import json
import re
import subprocess
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.environments import DISTRIBUTIONS, NAMED, ROOT, UV, Distribution, run, wheel
from wiredesk.version import __version__

pytestmark = pytest.mark.timeout(300)

every = pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda one: one.name)
with_a_program = pytest.mark.parametrize(
    "distribution", [one for one in DISTRIBUTIONS if one.program], ids=lambda one: one.name
)
Programs = Callable[[str], Path]

IMPORT_ALL = """
import importlib, pkgutil, sys
skipped = set(sys.argv[1].split(","))
for name in sys.argv[2:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if module.name not in skipped and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
# What looks into parts that need not be installed beside it, and what runs in the environment of the training alone.
NOT_ALONE = {
    "wiredesk_desk": (
        *("commands.up", "commands.starting", "commands.background"),
        *("commands.try_article", "commands.knowledge", "dead_letters.trial", "demo_source", "demo_store", "fetching"),
        *(f"sources.{name}" for name in ("adding", "bot_page", "commands", "contact", "showing")),
        # The extra `parquet`.
        "exporting.parquet",
    ),
    "wiredesk_tagger": tuple(
        f"training.{name}"
        for name in (
            *("card", "distillation", "export", "network", "phases", "pruning", "recipe"),
            *("student", "student_graph", "training_loop", "whole_numbers", "world.card"),
        )
    ),
}
# The extra `postgres`; the desk has it through storage.
WITH_A_DATABASE = {"wiredesk-fetcher", "wiredesk-storage", "wiredesk-desk"}
# Those in whose lock is what the extra `http` brings.
WITH_HTTP = {"wiredesk-fetcher", "wiredesk-local"}


def tracked(distribution: Distribution) -> set[str]:
    """The files of the package that git knows, by path in the wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", distribution.package],
        cwd=ROOT / distribution.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(listed.stdout.split())


@every
def test_a_wheel_holds_its_package_its_licence_and_nothing_else(built: Path, distribution: Distribution):
    with zipfile.ZipFile(wheel(distribution, built)) as archive:
        names = set(archive.namelist())
    info = f"{distribution.package}-{__version__}.dist-info"
    assert {name for name in names if not name.startswith(f"{info}/")} == tracked(distribution)
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= names
    assert f"{distribution.package}/py.typed" in names


@every
def test_a_source_distribution_holds_no_link_and_the_same_package(built: Path, distribution: Distribution):
    (path,) = built.glob(f"{distribution.package}-{__version__}.tar.gz")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    top = f"{distribution.package}-{__version__}/"
    assert all(member.isfile() for member in members)
    inside = {member.name.removeprefix(top) for member in members}
    assert tracked(distribution) | {"LICENSE", "NOTICE", "README.md", "PKG-INFO", "pyproject.toml"} <= inside


@every
def test_all_that_it_needs_is_in_its_own_lock(programs: Programs, tmp_path: Path, distribution: Distribution):
    own = programs(distribution.name)
    run(UV, "pip", "check", "--python", own / "python", cwd=tmp_path)
    # Only a service stands in the whole frame; the client and local mode have its contracts and the client.
    framed = distribution.name not in ("wiredesk", "wiredesk-local")
    packages = ["wiredesk"] if framed else ["wiredesk.contracts", "wiredesk.client"]
    if distribution.name != "wiredesk":
        packages.append(distribution.package)
    skipped = [f"{distribution.package}.{name}" for name in NOT_ALONE.get(distribution.package, ())]
    if distribution.name not in WITH_A_DATABASE:
        skipped += [f"wiredesk.postgres.{name}" for name in ("connections", "migrations")]
    if distribution.name not in WITH_HTTP:
        skipped.append("wiredesk.client.api.desk")
    run(own / "python", "-W", "error", "-c", IMPORT_ALL, ",".join(skipped), *packages, cwd=tmp_path)


@with_a_program
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_a_program_answers_for_itself_without_connecting(
    programs: Programs, tmp_path: Path, distribution: Distribution, option: str
):
    # An address that nobody answers on: whoever connects is late, and fails.
    program = programs(distribution.name) / distribution.program
    done = run(program, option, cwd=tmp_path, WIREDESK_KAFKA__BOOTSTRAP_SERVERS="192.0.2.1:9092")
    assert done.stderr == ""
    if option == "--version":
        assert done.stdout == f"{distribution.program} {__version__}\n"
    else:
        assert distribution.program in done.stdout
        assert "WIREDESK_KAFKA__BOOTSTRAP_SERVERS" in done.stdout or distribution.program == "wiredesk"


def test_the_client_alone_brings_no_framework_no_server_and_no_model(programs: Programs, tmp_path: Path):
    listed = run(UV, "pip", "list", "--format=json", "--python", programs("wiredesk") / "python", cwd=tmp_path).stdout
    names = {found["name"] for found in json.loads(listed)}
    assert {"wiredesk", "aiokafka", "pydantic"} <= names
    assert names & {"faststream", "uvicorn", "spacy", "asyncpg", "lxml", "onnxruntime", "typer", "structlog"} == set()
    assert len(names) <= 17


def test_the_client_alone_says_what_to_install_when_it_is_to_ask_the_desk(programs: Programs, tmp_path: Path):
    code = "from wiredesk import Wiredesk; Wiredesk().search('ferry')"
    done = run(programs("wiredesk") / "python", "-c", code, cwd=tmp_path, check=False)
    assert "this needs aiohttp, which is not installed here: `pip install './shared[http]'`" in done.stderr


def test_an_application_with_packages_named_shared_and_services_imports_the_client(programs: Programs, tmp_path: Path):
    for name in ("shared", "services", "deploy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("MINE = True\n")
        (tmp_path / name / "client.py").write_text("MINE = True\n")
    code = "import deploy, services, shared.client; from wiredesk import Wiredesk; print(shared.client.MINE, Wiredesk)"
    done = run(programs("wiredesk") / "python", "-c", code, cwd=tmp_path)
    assert done.stdout == "True <class 'wiredesk.client.client.Wiredesk'>\n"


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("wiredesk-cleaner", "Oslo Opens a Bridge () None\nThe bridge"),
        ("wiredesk-tagger", "Oslo GPE [('headline', 0, 4)"),
    ],
)
def test_a_librarys_example_runs_as_its_readme_has_it_without_a_broker(
    programs: Programs, tmp_path: Path, name: str, begins: str
):
    paragraph = "<p>The bridge in Oslo opened on Monday.</p>"
    (tmp_path / "story.html").write_text(f"<article><h1>Oslo Opens a Bridge</h1>{paragraph * 20}</article>")
    readme = ROOT / NAMED[name].folder / "README.md"
    example, *_ = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    assert run(programs(name) / "python", "-c", example, cwd=tmp_path).stdout.startswith(begins)


@pytest.mark.parametrize(
    ("verb", "missing"),
    [
        (["up"], "wiredesk-local"),
        (["down"], "wiredesk-local"),
        (["scale", "tagger", "2"], "wiredesk-local"),
        (["try", "-"], "wiredesk-cleaner"),
        (["knowledge", "check", "names.jsonl"], "wiredesk-tagger"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_verb_whose_part_is_not_installed_says_which_one_to_install(
    programs: Programs, tmp_path: Path, verb: list[str], missing: str
):
    done = run(programs("wiredesk-desk") / "wiredesk", *verb, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert f"this needs {missing}, which is not installed here" in done.stderr
    assert "pip install ./" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_desk_leaves_settings_of_services_alone_that_run_elsewhere(programs: Programs, tmp_path: Path):
    desk = programs("wiredesk-desk") / "wiredesk"
    assert run(desk, "config", "show", cwd=tmp_path, WIREDESK_TAGGER__PIPELINES="{}").returncode == 0
    done = run(desk, "config", "show", cwd=tmp_path, check=False, WIREDESK_STORAGE__DNS="x")
    assert done.returncode == 4
    assert "did you mean WIREDESK_STORAGE__DSN?" in done.stderr


def test_a_service_refuses_to_run_beside_another_version_of_the_frame(programs: Programs, tmp_path: Path):
    python = programs("wiredesk-fetcher") / "python"
    (info,) = (python.parents[1] / "lib").glob("*/site-packages/wiredesk_fetcher-*.dist-info/METADATA")
    text = info.read_text()
    try:
        info.write_text(text.replace(f"Version: {__version__}\n", "Version: 9.9.9\n"))
        done = run(python, "-m", "wiredesk_fetcher", cwd=tmp_path, check=False)
    finally:
        info.write_text(text)
    assert done.returncode == 4
    assert f"wiredesk-fetcher 9.9.9 is installed beside wiredesk {__version__}" in done.stderr


@every
def test_the_licence_beside_it_is_that_of_the_project(distribution: Distribution):
    for name in ("LICENSE", "NOTICE"):
        own, project = (hashlib.sha256((folder / name).read_bytes()).hexdigest() for folder in _folders(distribution))
        assert own == project, f"copy {name} to {distribution.folder}"


def _folders(distribution: Distribution) -> tuple[Path, Path]:
    return ROOT / distribution.folder, ROOT


@every
def test_the_version_stands_in_one_place(distribution: Distribution):
    project = tomllib.loads((ROOT / distribution.folder / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    ours = [one for one in project["dependencies"] if one.startswith("wiredesk")]
    assert all(re.fullmatch(r"wiredesk(-[a-z]+)?(\[engine(,postgres)?(,tracing)?\])?", one) for one in ours), ours
