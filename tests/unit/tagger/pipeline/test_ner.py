"""The component `wire_ner` and the pipeline around it, with a model of a few words in the real one's format."""

import importlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from tests.unit.tagger import tiny_model
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger import nlp
from wiredesk_tagger.pipeline import languages, model_files
from wiredesk_tagger.pipeline.model_files import read_files
from wiredesk_tagger.pipeline.ner import Model, WireNer
from wiredesk_tagger.pipeline.word_pieces import WINDOW, Shape

ROOT = Path(__file__).resolve().parents[4]
WORDS = {
    "zorah": "B-PERSON", "quillfeather": "I-PERSON", "larkspur": "B-ORG", "quay": "I-ORG",
    "trondvik": "B-GPE", "noonish": "B-TIME",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model.write(tmp_path_factory.mktemp("tiny") / "model", WORDS)


@pytest.fixture(scope="module")
def bare(folder):
    """The component alone."""
    built = spacy.blank("en")
    built.add_pipe("wire_ner", config={"model": str(folder)})
    return built


@pytest.fixture
def installed(folder, monkeypatch):
    monkeypatch.setattr(model_files, "MODEL", folder)


def names(doc):
    return [(span.text, span.label_) for span in doc.spans["wire"]]


def test_the_component_finds_names_and_says_how_sure_the_model_is(bare):
    doc = bare("Then Zorah Quillfeather left Larkspur Quay, in Trondvik.")
    assert names(doc) == [("Zorah Quillfeather", "PERSON"), ("Larkspur Quay", "ORG"), ("Trondvik", "GPE")]
    assert {span.id_ for span in doc.spans["wire"]} == {"model"}
    assert all(0.99 < span._.confidence <= 1 for span in doc.spans["wire"])


def test_an_unsure_model_gives_a_low_confidence(tmp_path):
    component = WireNer(tiny_model.write(tmp_path / "model", {"trondvik": "B-GPE"}, sure=4.0))
    doc = component(spacy.blank("en")("In Trondvik."))
    (span,) = doc.spans["wire"]
    # A score of 4 against one of 2 and 27 of 0: e^4 / (e^4 + e^2 + 27).
    assert span._.confidence == pytest.approx(0.614, abs=0.001)


def test_dates_and_amounts_are_left_to_the_grammar(bare):
    assert names(bare("At noonish Trondvik slept.")) == [("Trondvik", "GPE")]


def test_no_name_crosses_a_line_break(bare):
    assert names(bare("Zorah\nQuillfeather")) == [("Zorah", "PERSON")]


def test_a_name_is_found_wherever_it_stands_in_a_text_of_many_windows(bare):
    text = "It rained and rained all day. " * 200 + "Zorah Quillfeather left. " + "Nothing more. " * 200
    assert names(bare(text * 2)) == [("Zorah Quillfeather", "PERSON")] * 2
    assert len(text) > 10 * WINDOW


def test_a_batch_gives_each_text_what_it_gets_alone_and_keeps_their_order(bare):
    texts = ["", "Larkspur Quay.", "It rained. " * 400 + "Trondvik", "\n", "Zorah Quillfeather " * 30, "x"] * 40
    together = [names(doc) for doc in bare.pipe(texts)]
    assert together == [names(bare(text)) for text in texts[:6]] * 40
    assert [doc.text for doc in bare.pipe(texts, batch_size=3)] == texts


def test_the_built_in_pipeline_is_the_models_where_its_weights_are(installed):
    tagger = nlp.load()
    text = (
        "President Zorah Quillfeather met Larkspur Quay's crew in Trondvik on 7 January 2025. Quillfeather left Kenya."
    )
    (tagged,) = tagger.tag([nlp.Article("", text, "en")])
    assert tagged.made_by.pipeline == "wire_news"
    assert tagged.made_by.version.startswith(f"{languages.RULES_VERSION}+")
    assert {(e.name, e.label, len(e.mentions)) for e in tagged.entities} >= {
        ("Zorah Quillfeather", "PERSON", 2), ("Larkspur Quay", "ORG", 1), ("Trondvik", "GPE", 1),
        ("7 January 2025", "DATE", 1), ("Kenya", "GPE", 1),
    }  # fmt: skip
    sure = {e.name: [place.confidence for place in e.mentions] for e in tagged.entities}
    assert sure["7 January 2025"] == [None]
    assert sure["Trondvik"] == [pytest.approx(1, abs=0.01)]


def test_a_loud_headline_is_read_with_its_guessed_capitals_without_them_and_without_any(installed, monkeypatch):
    shown = []
    run = Model._run

    def watched(model, inputs):
        shown.append(inputs["case"])
        return run(model, inputs)

    monkeypatch.setattr(Model, "_run", watched)
    headline = "Zorah Meets Larkspur Quay"
    (found,) = nlp.load().find([nlp.Article(headline, "All was quiet in the fog.", "en")])
    assert [one.name for one in found] == ["Zorah", "Larkspur Quay"]
    title, none, lower = int(Shape.TITLE), int(Shape.NONE), int(Shape.LOWER)
    meets = [lower] * len("meets")
    readings = [row[: len(meets) + 5].tolist() for case in shown for row in case]
    assert [none, title, *meets, none, none, none] in readings
    assert [none, title, *meets, title, title, none] in readings
    assert [none] * (len(meets) + 5) in readings


def test_other_weights_are_another_version(tmp_path, installed, monkeypatch):
    one = nlp.load().made_by.version
    monkeypatch.setattr(model_files, "MODEL", tiny_model.write(tmp_path / "other", {"bilge": "B-ORG"}))
    assert nlp.load().made_by.version != one


def test_without_weights_the_rules_read_english(tmp_path, monkeypatch):
    monkeypatch.setattr(model_files, "MODEL", tmp_path)
    assert nlp.load().made_by == nlp.MadeBy("wire_rules", languages.RULES_VERSION, "en")
    with pytest.raises(ConfigurationError, match=r"not complete.*SHA256SUMS"):
        nlp.load({"en": "wire_news"})


@pytest.mark.parametrize("name", ["weights.onnx", "vocab.txt", "labels.json"])
def test_a_broken_model_stops_the_service_with_the_reason(folder, tmp_path, monkeypatch, name):
    broken = tmp_path / "model"
    shutil.copytree(folder, broken)
    with (broken / name).open("ab") as file:
        file.write(b"\n")
    monkeypatch.setattr(model_files, "MODEL", broken)
    nlp.start(None)
    reason = nlp.describe()
    assert isinstance(reason, str)
    assert f"{name} does not have the checksum" in reason


def test_a_text_that_comes_again_is_not_read_again(folder, monkeypatch):
    read = []
    run = Model._run

    def watched(model, inputs):
        read.append(len(inputs["ids"]))
        return run(model, inputs)

    monkeypatch.setattr(Model, "_run", watched)
    model, texts = Model(read_files(folder)), ["Zorah Quillfeather left. " * 60, "In Trondvik."]
    first = model.tag(texts, [(), ()])
    windows = sum(read)
    assert model.tag([*reversed(texts)], [(), ()]) == first[::-1]
    assert sum(read) == windows > len(texts)


def test_a_model_that_does_not_say_that_its_rows_are_independent_reads_each_text_alone(folder, monkeypatch):
    shown = []
    run = Model._run

    def watched(model, inputs):
        shown.append(len(inputs["ids"]))
        return run(model, inputs)

    monkeypatch.setattr(Model, "_run", watched)
    files = read_files(folder)
    plain = files["weights.onnx"].replace(model_files.INDEPENDENT.encode(), b"x" * len(model_files.INDEPENDENT))
    texts = ["In Trondvik.", "To Trondvik."] * 2
    assert Model(files | {"weights.onnx": plain}).tag(texts, [()] * 4) == Model(files).tag(texts, [()] * 4)
    assert shown == [1, 1, 1, 1, 2]


def test_a_model_with_other_labels_is_refused(folder):
    files = read_files(folder) | {"labels.json": b'["O", "B-PER", "I-PER"]'}
    with pytest.raises(ConfigurationError, match="other labels"):
        Model(files)


def test_weights_that_are_no_network_are_refused(folder):
    with pytest.raises(ConfigurationError, match="ONNX Runtime does not read"):
        Model(read_files(folder) | {"weights.onnx": b"not a network"})


def test_the_component_travels_as_bytes(bare, folder):
    data = bare.to_bytes()
    again = spacy.blank("en")
    again.add_pipe("wire_ner", config={"model": "/nowhere"})
    again.from_bytes(data)
    assert names(again("In Trondvik.")) == [("Trondvik", "GPE")]


def test_every_entry_point_is_a_registered_component():
    table = tomllib.loads((ROOT / "services" / "tagger" / "pyproject.toml").read_text())["project"]["entry-points"][
        "spacy_factories"
    ]
    assert set(table) == {
        "wire_ner", "wire_gazetteer", "wire_grammar", "wire_names", "wire_definitions", "wire_resolve", "wire_entities",
    }  # fmt: skip
    for name, target in table.items():
        module, _, function = target.partition(":")
        assert hasattr(importlib.import_module(module), function)
        assert Language.has_factory(name)


READ = """
import sys, spacy
nlp = spacy.load(sys.argv[1])
docs = nlp.pipe(["Zorah Quillfeather left Kenya.", "The U.S.-led crew of Larkspur Quay slept on Monday."])
print([(ent.text, ent.label_, ent._.confidence is not None) for doc in docs for ent in doc.ents])
"""


def test_spacy_reads_the_whole_pipeline_from_a_folder_by_the_entry_points(installed, tmp_path):
    """In a process that has imported nothing of ours, and with the weights of the folder, not of the package."""
    languages.news().to_disk(tmp_path / "wire_news")
    table = tomllib.loads((ROOT / "services" / "tagger" / "pyproject.toml").read_text())["project"]["entry-points"][
        "spacy_factories"
    ]
    metadata = tmp_path / "site" / "wire_entry_points-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: wire-entry-points\nVersion: 1\n")
    points = "\n".join(f"{name} = {target}" for name, target in table.items())
    (metadata / "entry_points.txt").write_text(f"[spacy_factories]\n{points}\n")
    paths = os.pathsep.join([str(tmp_path / "site"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "wire_news")],
        env=os.environ | {"PYTHONPATH": paths}, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([
        ("Zorah Quillfeather", "PERSON", True), ("Kenya", "GPE", False),
        ("U.S.", "GPE", False), ("Larkspur Quay", "ORG", True), ("Monday", "DATE", False),
    ])  # fmt: skip


_PARTS = st.sampled_from(
    ["Zorah Quillfeather", "Larkspur", "Quay's", "Trondvik", "\ud800", "\udfff", "\u200b", "\u202e", "\u2066", "\ufeff",
     "👩‍👩‍👧", "Zorah 🎉 Quillfeather", "Zo\u200brah", "e\u0301", "İ", "ß", "ﬁ", "\n", "\r\n", "\u2028", "\x00", "…",
     "北京", "ប៉ុន្តែ", "ሰኞ", "Кремль", "والشرق", "U.S.-led", "2025-01-07", "$5", "A" * 2000, "." * 300]
)  # fmt: skip
_ANY = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.lists(_PARTS, max_size=30).map(" ".join),
    st.lists(_PARTS, max_size=30).map("".join),
)


@pytest.fixture(scope="module")
def whole(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_files, "MODEL", folder)
        return nlp.load()


@settings(max_examples=150, deadline=None)
@given(headline=_ANY, text=_ANY, caption=_ANY, language=st.sampled_from(["en", "de", None]))
def test_whatever_the_strings_offsets_resolve_and_no_two_mentions_overlap(whole, headline, text, caption, language):
    article = nlp.Article(headline, text, language, caption, (caption, headline))
    (tagged,) = whole.tag([article])
    seen: set[tuple[str, int]] = set()
    for entity in tagged.entities:
        assert entity.name
        for place in entity.mentions:
            assert article.fields[place.field][place.start : place.end].strip()
            assert place.start >= 0
            covered = {(place.field, at) for at in range(place.start, place.end)}
            assert not covered & seen
            seen |= covered


@pytest.mark.parametrize("text", ["Zorah Quillfeather left. " * 10_000, "Quillfeather, " * 10_000], ids=["full", "end"])
def test_ten_thousand_mentions_of_one_name_are_one_entity(whole, text):
    (tagged,) = whole.tag([nlp.Article("", "Zorah Quillfeather came.\n" + text, "en")])
    (entity,) = tagged.entities
    assert (entity.name, len(entity.mentions)) == ("Zorah Quillfeather", 10_001)


@pytest.mark.parametrize("char", ["a", ".", "\n", "\u0301", "\ud800", "北", "👩", "\x00"])
def test_a_megabyte_of_one_character_names_nothing(whole, char):
    size = 1024 * 1024 // len(char.encode("utf-8", "surrogatepass"))
    (tagged,) = whole.tag([nlp.Article("", char * size, "en")])
    assert tagged.entities == ()
