"""The tagger's bench: its sets, its measures, its tables, its exit codes; on texts and taggers made here."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy

from bench import ner_measure, ner_report, ner_sets, tagger
from bench.markdown import put, table
from bench.ner_sets import Headline, Text
from bench.tagging import world
from tests.unit.tagger import tiny_model
from wiredesk_tagger.pipeline import model_files

ROOT = Path(__file__).resolve().parents[3]
STORY = "Ministers from Oslo met on Tuesday to talk about fish. Erna Solvang said that no deal was near.\nTalks go on."


class Said:
    """A tagger that finds the words it is given."""

    def __init__(self, **words: str) -> None:
        self.name = "said"
        self.words = words

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
        return [sorted(self._in(text)) for text in texts]

    def _in(self, text: str) -> list[tuple[int, int, str]]:
        found = [(text.find(word), word, label) for word, label in self.words.items()]
        return [(at, at + len(word), label) for at, word, label in found if at >= 0]

    def headlines(self, pairs: Sequence[tuple[str, str]]) -> list[list[tuple[int, int, str]]]:
        return self.spans([top for top, _ in pairs])


def text(*names: tuple[str, str], unknown: str = "") -> Text:
    spans = tuple((STORY.index(word), STORY.index(word) + len(word), label) for word, label in names)
    hidden = ((STORY.index(unknown), STORY.index(unknown) + len(unknown)),) if unknown else ()
    return Text("made", STORY, spans, hidden)


def test_f1_counts_by_source_and_type_and_skips_what_nobody_knows():
    gold = text(("Oslo", "GPE"), ("Erna Solvang", "PERSON"), unknown="Tuesday")
    run = ner_measure.f1(Said(Oslo="LOC", Erna="PERSON", Tuesday="DATE"), {"made": [gold]})
    tallies = run.tallies["made"]
    assert (tallies["PLACE"].f1, tallies["PERSON"].f1) == (1.0, 0.0)
    assert "DATE" not in tallies
    assert run.words == len(STORY.split())


def test_a_headline_is_the_first_sentence_and_its_names():
    (top,) = ner_sets.headlines([text(("Oslo", "GPE"), ("Erna Solvang", "PERSON"))])
    assert top.words == "Ministers from Oslo met on Tuesday to talk about fish."
    assert top.body.startswith("Erna Solvang said")
    assert [STORY[start:end] for start, end, _ in top.names] == ["Oslo"]


def test_no_headline_is_made_without_a_name_or_of_a_few_words():
    assert ner_sets.headlines([text(("Erna Solvang", "PERSON"))]) == []
    assert ner_sets.headlines([Text("made", "Oslo waits. So it is.", ((0, 4, "GPE"),), ())]) == []


def test_a_tagger_that_needs_case_loses_points_in_capitals():
    top = Headline(text(("Oslo", "GPE")), STORY.index(" Erna"))
    assert ner_measure.headlines(Said(Oslo="GPE"), [top], with_body=False) == {
        "as written": 1.0, "Title Case": 1.0, "UPPER CASE": 0.0,
    }  # fmt: skip


def test_the_tables_name_every_source_and_the_mean():
    run = ner_measure.f1(Said(Oslo="GPE"), {"one": [text(("Oslo", "GPE"))], "two": [text(("Erna Solvang", "PERSON"))]})
    first = ner_report.sources({"said": run}).splitlines()
    assert [cell.strip() for cell in first[0].split("|")[2:5]] == ["one", "two", "mean"]
    assert [cell.strip() for cell in first[2].split("|")[1:5]] == ["said", "1.000", "0.000", "0.500"]
    assert "PLACE" in ner_report.types(run)


def test_spans_are_in_order_and_lie_in_their_text():
    texts = ["President Maria Silva visited Norway on 7 January 2025.", "", "\U0001f600 Oslo, Norway \ud800 is cold."]
    found = tagger.spans(texts)
    assert (texts[0].index("Norway"), texts[0].index("Norway") + 6, "GPE") in found[0]
    assert found[1] == []
    assert [texts[2][start:end] for start, end, label in found[2] if label == "GPE"][-1] == "Norway"
    assert all(spans == sorted(spans) for spans in found)


def test_any_spacy_pipeline_can_stand_beside_ours(tmp_path: Path):
    made = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Oslo"}])  # type: ignore[attr-defined]
    made.to_disk(tmp_path)
    peer = ner_measure.Peer(str(tmp_path))
    assert peer.spans(["In Oslo.", ""]) == [[(3, 7, "GPE")], []]
    assert peer.headlines([("Oslo waits", "Oslo")]) == [[(0, 4, "GPE")]]


def watched(leak: float, steps: int = 1250) -> list[float]:
    """240 MiB that settle at 260 within a tenth of 20,000 articles, chunks of 16, and lose `leak` KiB an article."""
    return [240 + min(20, step) + leak * 16 * step / 1024 for step in range(steps + 1)]


def test_memory_that_has_levelled_off_does_not_grow_and_a_kibibyte_an_article_does():
    assert ner_measure.growth(watched(0)) == 0
    assert ner_measure.growth(watched(1)) > 0.04
    assert ner_measure.growth(watched(0.4)) > 0.02
    assert ner_measure.growth([240.0]) == 0


def test_the_worker_is_watched_from_its_start_over_every_article():
    found = ner_measure.memory(["Oslo lies in Norway."], 40)
    assert found.articles == 40
    assert abs(found.growth) < 0.05
    assert 100 < found.loaded <= found.most < 450
    assert "over 40 articles" in ner_report.memory(found)


def test_a_table_is_aligned():
    assert table([["a", "b"], ["long", "1"]]) == "| a    | b |\n|------|--:|\n| long | 1 |"


def test_a_section_is_put_between_its_marks_and_nowhere_else(tmp_path: Path):
    document = tmp_path / "quality.md"
    document.write_text("above\n<!-- x -->\nold\n<!-- y -->\nbelow\n")
    put(document, "<!-- x -->", "<!-- y -->", "new")
    assert document.read_text() == "above\n<!-- x -->\n\nnew\n\n<!-- y -->\nbelow\n"
    with pytest.raises(ValueError, match="no line"):
        put(document, "<!-- z -->", "<!-- y -->", "new")


def test_a_corpus_is_read_by_source(tmp_path: Path):
    (tmp_path / "dev").mkdir()
    line = json.dumps({"id": "1", "source": "s", "text": "Oslo", "ents": [[0, 4, "GPE"]]})
    (tmp_path / "dev" / "s.jsonl.gz").write_bytes(gzip.compress(f"{line}\n{line}\n".encode()))
    assert ner_sets.corpus(tmp_path, 1) == {"s": [Text("s", "Oslo", ((0, 4, "GPE"),), ())]}


def test_every_text_of_a_corpus_can_be_read(tmp_path: Path):
    for part in ("dev", "train"):
        (tmp_path / part).mkdir()
        line = json.dumps({"id": "1", "source": "s", "text": f"Oslo {part}", "ents": []})
        (tmp_path / part / "s.jsonl.gz").write_bytes(gzip.compress(f"{line}\n".encode()))
    assert ner_sets.stream(tmp_path) == ["Oslo dev", "Oslo train"]


def test_without_a_corpus_the_command_says_what_to_type_and_ends_with_2(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.tagger", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "make bench-tagger CORPUS=FOLDER" in done.stderr


def test_names_in_other_languages_are_told_file_by_file_with_what_may_be_said_of_each(tmp_path, monkeypatch):
    pieces = {"▁Zorah": "B-PERSON", "▁Trondvik": "B-GPE"}
    monkeypatch.setattr(model_files, "WORLD", tiny_model.write_world(tmp_path / "model", pieces))
    found = Text("", "Zorah, Trondvik", ((0, 5, "PERSON"), (7, 15, "LOC")), ())
    corpus = {"de-a": [found] * 30, "fr-b": [found] * 5, "eo-c": [found] * 30}
    ours = ner_measure.Ours("wire_rules")
    rows = world.report(world.measured(ours, corpus)).splitlines()
    cells = [[cell.strip() for cell in row.split("|")[1:-2]] for row in (rows[0], *rows[2:])]
    assert cells == [
        ["language", "file", "tier", "PERSON F1", "ORG F1", "PLACE F1", "together", "names"],
        ["German", "a", "measured", "1.000", "\u2013", "1.000", "1.000", "60"],
        ["French", "b", "transferred", "\u2013", "\u2013", "\u2013", "\u2013", "10"],
        ["Esperanto", "c", "listed names only", "0.000", "\u2013", "0.000", "0.000", "60"],
    ]
    assert ours.language == "en"


def test_a_pipeline_of_the_users_own_is_called_so():
    assert world.tier("de", "de_core_news_lg") == "a pipeline of yours"
    assert world.tier("eo", "wire_world") == "asked for"
