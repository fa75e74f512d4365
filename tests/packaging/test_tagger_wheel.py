"""The wheel `en_wiredesk_news` in a clean environment: spaCy finds with it what the tagger's library finds."""

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.environments import NAMED, ROOT, UV, install, run
from wiredesk.version import __version__
from wiredesk_tagger.packaging import PACKAGE, scores

pytestmark = pytest.mark.timeout(300)

POLITICS = (
    "Lagos, Nigeria - President Bola Tinubu met Ursula von der Leyen in Brussels on Monday. Tinubu then flew to Paris, "
    "where the president of the European Commission had been on 3 March 2024. Nigerian officials spoke of $2 billion."
)
# The first line is read in other capitals than it has.
HEALTH = (
    "WORLD HEALTH ORGANIZATION WARNS KENYA\nThe World Health Organization (WHO) warned on Tuesday. Kenya's health "
    "minister, Susan Nakhumicha, said that the WHO was right. Nakhumicha spoke in Mombasa."
)
TEXTS = (POLITICS, HEALTH, "The fog stayed, and nobody came.")
# What the tagger finds in them, by four ways, and the file for spaCy to evaluate.
ENTITIES = f"""
import json, sys
import spacy
from wiredesk_tagger import Article, load

texts = json.load(open("texts.json"))

def plain(entities):
    # What the model is sure of may differ in the last digit with what is read beside it.
    return [(e.name, e.label, [p[:3] for p in e.mentions], e.ids, e.salience, e.geo, e.in_country) for e in entities]

nlp = spacy.load({PACKAGE!r})
nlp.to_disk("copy")
copy = spacy.load("copy")
tagger = load()
ways = {{
    "library": [plain(tagger.find([Article("", text, "en")])[0]) for text in texts],
    "package": [plain(nlp(text)._.entities) for text in texts],
    "stream": [plain(doc._.entities) for doc in nlp.pipe(texts)],
    "copy": [plain(copy(text)._.entities) for text in texts],
}}
spans = [[(s.start_char, s.end_char, s.label_, s.kb_id_) for s in nlp(text).ents] for text in texts]
gold = spacy.tokens.DocBin(docs=[nlp(text) for text in texts])
gold.to_disk("gold.spacy")
print(json.dumps({{"ways": ways, "spans": spans}}))
"""


@pytest.fixture(scope="session")
def pipeline_wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    done = run(sys.executable, "-m", "wiredesk_tagger.packaging", "--out", "dist", cwd=folder)
    (made,) = (folder / "dist").iterdir()
    assert Path(done.stdout.strip()) == made.relative_to(folder)
    return made


@pytest.fixture(scope="session")
def python(pipeline_wheel, built, tmp_path_factory):
    """The interpreter of an environment that holds the tagger's lock, its wheels and this one."""
    own = install(NAMED["wiredesk-tagger"], built, tmp_path_factory.mktemp("spacy") / "venv") / "python"
    # Without an index: all that it requires must be there.
    run(UV, "pip", "install", "--quiet", "--no-index", "--python", own, pipeline_wheel, cwd=built)
    return own


def test_the_program_says_what_it_builds(tmp_path):
    assert (
        f"the wheel {PACKAGE}" in run(sys.executable, "-m", "wiredesk_tagger.packaging", "--help", cwd=tmp_path).stdout
    )


def test_the_wheel_says_what_it_is_and_nothing_of_the_machine_that_built_it(pipeline_wheel):
    with zipfile.ZipFile(pipeline_wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    meta = json.loads(files[f"{PACKAGE}/meta.json"])
    assert (meta["lang"], meta["name"], meta["author"], meta["license"]) == (
        "en", "wiredesk_news", "Wiredesk", "CC BY-SA 4.0",
    )  # fmt: skip
    assert meta["requirements"] == [f"spacy{meta['spacy_version']}", f"wiredesk-tagger=={__version__}"]
    assert {"PERSON", "ORG", "GPE"} <= set(meta["labels"]["wire_entities"])
    assert 0.5 < meta["performance"]["ents_f"] < 1
    assert set(meta["performance"]["ents_per_type"]["PERSON"]) == {"p", "r", "f"}
    inside = f"{PACKAGE}/{PACKAGE}-{meta['version']}"
    assert {f"{inside}/{name}" for name in ("config.cfg", "MODEL_CARD.md", "LICENSES_SOURCES")} <= set(files)
    notices = files[f"{inside}/LICENSES_SOURCES"].decode() + (ROOT / "NOTICE").read_text()
    assert [source for source in meta["sources"] if source not in notices] == []
    own = str(ROOT).encode()
    assert [name for name, content in files.items() if own in content or b"/tmp/" in content] == []


def test_scores_are_read_from_the_card_of_the_model():
    means = "| as written | 90.0 | 80.0 | **85.0** |\n| IN CAPITALS | 1.0 | 1.0 | **1.0** |\n"
    card = f"{means}\n| F1 by type | ewt | precision | recall | F1 |\n| LAW | - | 80.0 | 75.0 | 77.4 |\n"
    assert scores(card) == {"ents_f": 0.85, "ents_per_type": {"LAW": {"p": 0.8, "r": 0.75, "f": 0.774}}}


def test_spacy_alone_loads_it_and_finds_what_the_library_finds_alone_streamed_and_copied(python, tmp_path):
    (tmp_path / "texts.json").write_text(json.dumps(TEXTS))
    run(UV, "pip", "check", "--python", python, cwd=tmp_path)
    found = json.loads(run(python, "-W", "error", "-c", ENTITIES, cwd=tmp_path).stdout)
    library = found["ways"].pop("library")
    assert [len(entities) > 4 for entities in library] == [True, True, False]
    assert found["ways"] == dict.fromkeys(("package", "stream", "copy"), library)
    mentions = sorted(place[1:] for name, label, places, *_ in library[0] for place in places)
    assert [span[:2] for span in found["spans"][0]] == mentions
    linked = {POLITICS[start:end]: link for start, end, _, link in found["spans"][0]}
    assert (linked["Nigeria"], linked["Brussels"]) == ("iso3166:NG", "geonames:2800866")

    run(python, "-m", "spacy", "evaluate", PACKAGE, "gold.spacy", "--output", "scores.json", cwd=tmp_path)
    assert json.loads((tmp_path / "scores.json").read_text())["ents_f"] == 1.0


def test_the_readmes_example_prints_what_it_says(python, tmp_path):
    readme = (ROOT / NAMED["wiredesk-tagger"].folder / "README.md").read_text()
    *_, example = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (printed,) = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    assert run(python, "-W", "error", "-c", example, cwd=tmp_path).stdout == printed
