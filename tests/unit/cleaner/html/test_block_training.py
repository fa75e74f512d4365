import gzip
import json
import sys

import numpy as np
import pytest

from wiredesk_cleaner.html.page import page_blocks, parse_page
from wiredesk_cleaner.training import fit as fitting
from wiredesk_cleaner.training.command import main
from wiredesk_cleaner.training.fit import Examples, fit, joined
from wiredesk_cleaner.training.labels import class_odds, f1, picked, precision_recall, shares, snippet_f1
from wiredesk_cleaner.training.split import FOLDS, fold_of, is_held_out

STORY = "The lake states agreed on Tuesday to share their water for another ten years."


def blocks(source: str):
    return page_blocks(parse_page(f"<html><body>{source}</body></html>"))


def test_a_block_counts_by_the_share_of_it_that_the_body_holds():
    found = blocks(
        f"<p>{STORY}</p><p>Subscribe now to our letter.</p><p>{STORY}</p><h2>What now</h2><p>lake states</p>"
    )
    assert shares(found, f"{STORY}\nWhat now").tolist() == [1, 0, 0, 1, 0.5]


def test_snippets_say_of_their_blocks_alone_whether_they_are_body():
    found = blocks(f"<p>{STORY}</p><p>Subscribe now to our letter.</p><p>Nobody said anything of this.</p>")
    targets = picked(found, ["agreed on Tuesday"], ["Subscribe now"])
    assert targets[:2].tolist() == [1, 0]
    assert np.isnan(targets[2])


def test_a_wanted_snippet_that_stands_everywhere_names_no_block():
    found = blocks("<p>the lake today</p>" * 3 + "<p>the lake tomorrow, too</p>")
    assert np.isnan(picked(found, ["the lake"], [])).all()


def test_a_snippet_that_is_wanted_and_not_wanted_says_nothing():
    assert np.isnan(picked(blocks(f"<p>{STORY}</p>"), ["lake states"], ["share their water"])).all()


def test_snippets_found_missed_and_falsely_kept_make_one_score():
    assert snippet_f1([(["a", "b"], ["c"], "a c"), (["d"], [], "d")]) == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert snippet_f1([(["a"], [], "")]) == 0


def test_half_a_block_of_the_body_is_half_a_match():
    (share,) = shares(blocks("<p>one two three four five six seven</p>"), "one two three four five and then")
    assert share == pytest.approx(0.5)


def test_class_words_of_the_body_have_higher_odds_than_those_of_furniture():
    page = blocks(
        f'<div class="story"><p>{STORY}</p></div><div class="share rare"><p>Tell a friend of it now</p></div>'
    )
    odds = class_odds([(page, shares(page, STORY))] * 5)
    assert odds["story"] > 1 > -1 > odds["share"]
    assert class_odds([(page, shares(page, STORY))] * 4) == {}


def test_scores_are_those_of_the_public_metric():
    precision, recall = precision_recall("a b c d e", "a b c d x y")
    assert precision == pytest.approx(1 / 3)
    assert recall == pytest.approx(1 / 2)
    assert precision_recall("a b c d", "") == (None, 0)
    assert f1([(1.0, 0.5), (None, 0.0)]) == pytest.approx(2 * 1 * 0.25 / 1.25)


def test_a_site_is_on_one_side_only_with_or_without_www():
    for url in ("https://quay.example/a", "https://www.quay.example/b?c", "http://quay.example:8080/"):
        assert is_held_out(url) is is_held_out("https://quay.example")
        assert fold_of(url) == fold_of("https://quay.example")


def test_a_third_is_held_out_and_the_folds_are_of_like_size():
    urls = [f"https://site{number}.example/" for number in range(3000)]
    assert 900 < sum(map(is_held_out, urls)) < 1100
    sizes = np.bincount([fold_of(url) for url in urls if not is_held_out(url)])
    assert len(sizes) == FOLDS
    assert min(sizes) > 300


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(fitting, "_MEMBERS", 2)
    monkeypatch.setattr(fitting, "_HIDDEN", 8)
    monkeypatch.setattr(fitting, "_EPOCHS", 60)


def either_or(count: int = 800) -> Examples:
    rows = np.random.default_rng(5).normal(size=(count, 2)).astype(np.float32)
    targets = (rows[:, 0] * rows[:, 1] > 0).astype(np.float32)
    return Examples(rows, targets, np.ones(count, np.float32))


def test_the_network_learns_what_no_sum_of_its_inputs_tells(small):
    examples = either_or()
    right = (fit(examples, 1).chances(examples.rows) > 0.5) == (examples.targets > 0.5)
    assert right.mean() > 0.8


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(small):
    examples = joined([either_or(100), either_or(100)])
    first, again, other = (fit(examples, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.hidden, again.hidden)
    assert not np.array_equal(first.hidden, other.hidden)


def test_the_command_writes_weights_and_a_card_of_both_models_from_a_folder_of_pages(small, tmp_path, monkeypatch):
    monkeypatch.setattr(fitting, "_EPOCHS", 2)
    menu = "".join(f"<p>Menu {entry}</p>" for entry in range(12))
    news = tmp_path / "news" / "snippets"
    for folder in (tmp_path / "dev" / "ground-truth", tmp_path / "dev" / "html", news / "html"):
        folder.mkdir(parents=True)
    for number in range(60):
        story = [f"{STORY} It was week {number} of the talks and day {day}." for day in range(4)]
        paragraphs = "".join(f"<p>{line}</p>" for line in story)
        page = f"<html><body><h1>Week {number}</h1><div class='story'>{paragraphs}</div>{menu}</body></html>"
        said = {"main_content": "\n".join(story), "title": f"Week {number}"}
        truth = {"url": f"https://site{number}.example/a", "ground_truth": said}
        truth["_internal"] = {"page_type": {"primary": "article"}}
        (tmp_path / "dev" / "ground-truth" / f"{number:04}.json").write_text(json.dumps(truth))
        (tmp_path / "dev" / "html" / f"{number:04}.html.gz").write_bytes(gzip.compress(page.encode()))
        (news / "html" / f"{number:04}.html.gz").write_bytes(gzip.compress(page.encode()))
    listed = {
        f"{number:04}": {"url": f"https://host{number}.example/b", "wanted": ["of the talks"], "unwanted": ["Menu"]}
        for number in range(60)
    }
    (news / "truth.json").write_text(json.dumps(listed))
    monkeypatch.setattr(sys, "argv", ["training", str(tmp_path), str(news.parent), "--out", str(tmp_path)])
    assert main() == 0
    card = json.loads((tmp_path / "html" / "model" / "blocks.card.json").read_text())
    assert card["f1"]["held_out"].keys() == {"wcxb", "snippets"}
    assert all(0 <= score <= 1 for score in card["f1"]["held_out"].values())
    assert card["held_out"].keys() == {"wcxb", "snippets"}
    words = json.loads((tmp_path / "html" / "model" / "blocks.json").read_text())
    assert "story" in words["odds"]
    with np.load(tmp_path / "html" / "model" / "blocks.npz", allow_pickle=False) as arrays:
        for network in ("first", "second", "advised"):
            assert arrays[f"{network}.hidden"].shape == (len(arrays[f"{network}.mean"]), 16)
    card = json.loads((tmp_path / "zones" / "model" / "lines.card.json").read_text())
    assert card["trained_on"].keys() == {"wcxb", "snippets"}
    assert 0 <= card["cross_validated"]["f1"]["wcxb"] <= 1
    with np.load(tmp_path / "zones" / "model" / "lines.npz", allow_pickle=False) as arrays:
        for network in ("story", "headline"):
            assert arrays[f"{network}.hidden"].shape == (len(arrays[f"{network}.mean"]), 16)


def test_without_the_data_the_command_says_so_and_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["training", str(tmp_path)])
    assert main() == 2
    assert "holds no pages" in capsys.readouterr().err
