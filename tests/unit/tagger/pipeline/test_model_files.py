"""The model folder: what the tagger loads is what was trained, whole, and small enough to live in the repository."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from wiredesk_tagger.pipeline.decoding import LABELS, TYPES, tag
from wiredesk_tagger.pipeline.inference import onnxruntime
from wiredesk_tagger.pipeline.model_files import INDEPENDENT
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import measure

MODEL = Path(__file__).parents[4] / "services" / "tagger" / "wiredesk_tagger" / "model"
SOURCES = ("CrossNER", "Re-DocRED", "GUM", "EWT", "Groningen Meaning Bank", "all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def vocabulary():
    return (MODEL / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.fixture(scope="module")
def session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(MODEL / "weights.onnx", options, providers=["CPUExecutionProvider"])


def test_every_file_is_the_one_that_the_training_signed():
    lines = (MODEL / "SHA256SUMS").read_text("ascii").splitlines()
    sums = {name: expected for expected, name in (line.split("  ") for line in lines)}
    assert set(sums) == {"weights.onnx", "vocab.txt", "labels.json"}
    for name, expected in sums.items():
        assert hashlib.sha256((MODEL / name).read_bytes()).hexdigest() == expected, name


def test_the_folder_has_at_most_30_mb():
    assert sum(file.stat().st_size for file in MODEL.iterdir()) <= 30_000_000


def test_the_labels_are_those_that_the_decoder_reads():
    assert tuple(json.loads((MODEL / "labels.json").read_text("utf-8"))) == LABELS


def test_the_weights_take_and_give_what_the_code_says(session):
    assert [(i.name, i.type) for i in session.get_inputs()] == [(n, "tensor(int64)") for n in ("ids", "case", "mask")]
    (output,) = session.get_outputs()
    assert (output.name, output.type, output.shape[-1]) == ("logits", "tensor(float)", len(LABELS))


def test_the_notice_names_every_source_and_the_licence():
    notice = (MODEL / "NOTICE").read_text("utf-8")
    assert all(source in notice for source in SOURCES)
    assert "CC BY-SA 4.0" in notice


def test_the_card_states_a_score_for_every_type():
    card = (MODEL / "MODEL_CARD.md").read_text("utf-8")
    assert all(f"| {name} |" in card for name in (*TYPES, "PLACE"))


@pytest.fixture(scope="module")
def exact(session):
    if INDEPENDENT not in session.get_modelmeta().custom_metadata_map:
        pytest.skip("these weights are scaled by all that is read at once")
    return session


def test_padding_beside_a_longer_text_changes_no_label(session, vocabulary):
    encoder = Encoder(vocabulary)
    short, long = (encoder.read(text) for text in ("Rain fell on Lisbon.", "Rain fell on Lisbon. " * 12))
    alone = session.run(None, encoder.batch([(short.ids, short.shapes)]))[0]
    beside = session.run(None, encoder.batch([(short.ids, short.shapes), (long.ids, long.shapes)]))[0]
    # Weights that are scaled by all that is read at once give near scores, not the same.
    assert np.abs(alone[0] - beside[0, : alone.shape[1]]).max() < 1.0
    assert (alone[0].argmax(-1) == beside[0, : alone.shape[1]].argmax(-1)).all()


def test_padding_beside_a_longer_text_changes_no_bit_of_a_score(exact, vocabulary):
    encoder = Encoder(vocabulary)
    texts = ("Rain fell on Lisbon.", "Rain fell on Lisbon. " * 12, "Porto's mayor, Rui Sá, spoke.")
    read = [(pieces.ids, pieces.shapes) for pieces in map(encoder.read, texts)]
    together = exact.run(None, encoder.batch(read))[0]
    for row, (ids, shapes) in enumerate(read):
        alone = exact.run(None, encoder.batch([(ids, shapes)]))[0]
        assert (alone[0] == together[row, : alone.shape[1]]).all()


def test_this_machine_computes_the_scores_that_the_card_states(exact, vocabulary):
    card = (MODEL / "MODEL_CARD.md").read_text("utf-8")
    stated = measure.digest(Encoder(vocabulary), lambda inputs: exact.run(["logits"], inputs)[0])
    assert measure.PROBE in card
    assert f"`{stated}`" in card


def test_plain_names_of_the_news_are_found(session, vocabulary):
    text = "Angela Merkel met Emmanuel Macron in Berlin on Monday, the United Nations said.\nRussia sent no envoy."
    (found,) = tag([text], Encoder(vocabulary), lambda inputs: session.run(["logits"], inputs)[0])
    names = {(text[name.start : name.end], name.label) for name in found}
    assert {
        ("Angela Merkel", "PERSON"),
        ("Emmanuel Macron", "PERSON"),
        ("Berlin", "GPE"),
        ("United Nations", "ORG"),
        ("Russia", "GPE"),
    } <= {(name.removeprefix("the "), label) for name, label in names}


def test_a_text_has_the_same_names_alone_and_in_company(session, vocabulary):
    texts = [
        "Angela Merkel met Emmanuel Macron in Berlin.",
        "Rain fell on Lisbon, and the Harbour Board of Porto met again. " * 20,
        "The Group of Tidal Engineers (GTE) wrote to Oslo on Monday.",
    ]
    encoder, calls = Encoder(vocabulary), []

    def run(inputs):
        calls.append(len(inputs["ids"]))
        return session.run(["logits"], inputs)[0]

    together = tag(texts, encoder, run)
    assert together == [tag([text], encoder, run)[0] for text in texts]
    assert max(calls) > 1
