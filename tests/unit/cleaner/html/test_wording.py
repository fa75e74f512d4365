"""What the words of a block say of it beside those of the others."""

import numpy as np

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.html.page import page_blocks, parse_page
from wiredesk_cleaner.html.wording import WIDTH, Wording

STORY = [
    "The Kestrel Valley dam will be lowered in March, the harbour board decided.",
    "The harbour board of Kestrel Valley had argued over the dam since March.",
    "The dam holds back water that Kestrel Valley drinks.",
]
TEASER = "Singer Odalys Brenner cancels her autumn tour after falling ill."


def wording(*lines: str, headline: str = "", may_be=None) -> Wording:
    page = "".join(f"<p>{line}</p>" for line in lines)
    blocks = page_blocks(parse_page(f"<html><body>{page}</body></html>"))
    chosen = np.ones(len(blocks), bool) if may_be is None else np.array(may_be)
    return Wording(blocks, headline, chosen)


def test_a_paragraph_shares_words_with_the_rest_of_the_story_and_a_teaser_does_not():
    found = wording(*STORY, TEASER).columns(np.array([0.9, 0.9, 0.9, 0.9], np.float32))
    shared = found[:, -6]
    assert min(shared[:3]) > 0.2
    assert shared[3] == 0
    assert found[3, -3] < 0 < found[0, -3] + 0.5


def test_a_block_is_not_its_own_evidence():
    found = wording(*STORY[:1], TEASER).columns(np.array([0.9, 0.1], np.float32))
    assert found[0, -6] == 0


def test_words_shared_with_the_headline_count():
    found = wording(STORY[2], TEASER, headline="Kestrel Valley lowers its dam").columns(np.zeros(2, np.float32))
    at = WIDTH - 6 - 9
    assert found[0, at] > found[1, at] == 0


def test_known_phrases_are_told_by_their_kind():
    found = wording("Sign up for our newsletter", STORY[0]).columns(np.zeros(2, np.float32))
    kinds = list(ZoneKind)
    assert ZoneKind.NEWSLETTER in kinds
    assert found[0, :12].sum() == 1
    assert found[1, :12].sum() == 0


def test_words_of_a_script_without_spaces_are_compared_by_two_characters():
    lines = ["東京湾の防波堤は三月に低くなる。", "三月に東京湾の防波堤を見た。", "歌手が秋の公演を中止した。"]
    found = wording(*lines).columns(np.full(3, 0.9, np.float32))
    assert found[0, -6] > found[2, -6]


def test_nothing_is_said_of_what_cannot_be_body():
    found = wording(*STORY, may_be=[True, False, True]).columns(np.full(3, 0.9, np.float32))
    assert found.shape == (3, WIDTH)
    assert not found[1].any()
    assert found[0].any()


def test_a_page_on_which_nothing_can_be_body_has_its_columns():
    found = wording(*STORY, may_be=[False] * 3).columns(np.zeros(3, np.float32))
    assert found.shape == (3, WIDTH)
