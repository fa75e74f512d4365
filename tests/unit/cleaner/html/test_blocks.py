import gc

import numpy as np
import pytest
from trafilatura.settings import Document

from wiredesk_cleaner.html import page
from wiredesk_cleaner.html.blocks import FLAGS, HIDDEN
from wiredesk_cleaner.html.boilerplate import Choice, Model, block_model, body_chances, is_unsure, laid_out, rows_with
from wiredesk_cleaner.html.features import NEAREST_ODDS, VOTE, Features, Haystack, Stated
from wiredesk_cleaner.network import Network

P = [
    "The lake states agreed on Tuesday to share their water for another ten years, the ministry said.",
    "Officials in the capital declined to say what the deal would cost the farmers downstream of the dam.",
    "Talks on the price of electricity resume in the spring, when the snow of the high valleys melts.",
]


STORY = [sentence.replace("lake", place) for place in ("lake", "river", "sea") for sentence in P]
STORY = [f"In week {number} the envoys met again. {sentence}" for number, sentence in enumerate(STORY)]


def read(source: str):
    return page.page_blocks(page.parse_page(f"<html><body>{source}</body></html>"))


def texts(source: str) -> list[str]:
    return [block.text for block in read(source)]


def test_every_block_level_element_starts_a_block_and_inline_ones_do_not():
    assert texts("<div>One <b>two</b><p>three</p> four</div><h2>five</h2><ul><li>six<li>seven</ul>") == [
        "One two",
        "three",
        "four",
        "five",
        "six",
        "seven",
    ]


def test_blocks_of_which_nobody_speaks_any_more_wait_for_no_garbage_collection():
    source = "<table><tr><td>One <b>two</b></td><td>three</td></tr></table><div>four<p>five</p></div>"
    read(source)
    gc.collect()
    gc.disable()
    try:
        read(source)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_paragraphs_parted_by_line_breaks_are_blocks_of_their_own():
    blocks = read("<div>One.<br><br>Two <i>and</i><br><b>three</b>.</div>")
    assert [block.text for block in blocks] == ["One.", "Two and", "three."]
    assert [block.after_break for block in blocks] == [False, True, True]
    assert laid_out(blocks) == "One.\nTwo and\nthree."


def test_a_row_of_a_table_is_one_block_and_prose_in_a_cell_another():
    source = "<table><tr><th>Lake<th>Depth</tr><tr><td>Orrin<td><p>It is deep.</p></td></tr></table>"
    assert texts(source) == ["Lake | Depth", "Orrin", "It is deep."]


def test_the_lines_of_a_pre_stay_apart():
    assert texts("<pre>one  two\n\n three</pre>") == ["one two\nthree"]


def test_items_get_one_bullet_however_many_paragraphs_they_hold():
    blocks = read("<ul><li>one</li><li><p>two</p><p>more of two</p></li></ul><p>three</p>")
    assert laid_out(blocks) == "- one\n\n- two\n\nmore of two\n\nthree"


@pytest.mark.parametrize("tag", ["script", "style", "noscript", "template", "select", "textarea", "svg"])
def test_what_no_reader_sees_is_no_block(tag):
    assert texts(f"<p>seen</p><div><{tag}>unseen</{tag}> also seen</div>") == ["seen", "also seen"]


def test_a_block_knows_what_it_lies_in_and_how_much_of_it_is_linked():
    block = read('<aside role="navigation"><p hidden>one <a href="/">two</a></p></aside>')[0]
    named = {name for at, name in enumerate(FLAGS) if block.flags & 1 << at}
    assert named == {"aside", "nav", "p"}
    assert block.flags & HIDDEN
    assert (block.chars, block.linked, block.links) == (6, 3, 1)


def test_class_words_are_read_out_of_every_way_of_writing_them():
    node = read('<p class="ArticleBody__text-2 share" id="share_bar">x</p>')[0].node
    assert node.tokens == ("article", "body", "text", "share", "bar")


def test_a_thousand_nested_elements_cost_no_recursion():
    assert texts("<div>" * 1000 + "deep" + "</div>" * 1000)[-1] == "deep"


def test_a_short_block_is_kept_text_only_as_a_whole_line():
    kept = Haystack(f"{P[0]}\n- Share")
    assert kept.share("Share") == 1
    assert kept.share("water") == 0
    assert kept.share("sharetheirwaterforanother") == 1
    assert Haystack("").share("Share") == 0


def test_rows_are_finite_and_of_one_width_whatever_the_page():
    width = len(block_model().first.mean)
    for source in ("<p>x", "<p>1<p>2", "".join(f"<p>{p}</p>" for p in P), "<ul>" + "<li>x" * 500):
        blocks = read(source)
        found = Features(blocks, Stated(), {}).rows(np.zeros(len(blocks), np.float32))
        assert found.shape == (len(blocks), width)
        assert np.isfinite(found).all()


def test_the_shipped_model_keeps_the_story_and_leaves_the_furniture():
    source = (
        '<nav class="menu"><ul><li><a href="/">Home</a><li><a href="/world">World</a></ul></nav><main><article>'
        f"<h1>Lakes Sign</h1>{''.join(f'<p>{p}</p>' for p in STORY)}"
        '<div class="share-bar"><a href="#">Share</a> <a href="#">Tweet</a></div></article></main>'
        '<footer class="footer"><p>© 2026 Quayside Courier. All rights reserved.</p></footer>'
    )
    chosen = block_model().choose(read(source), Stated(("Lakes Sign",)), lambda: "\n".join(STORY)).blocks
    # The headline may stay: the zone map knows it.
    assert [block.text for block in chosen if block.node.tag != "h1"] == STORY


def test_no_block_gives_no_choice():
    assert block_model().choose([], Stated(), lambda: "x").blocks == []


def test_chances_are_those_of_the_written_formula():
    weights = Network(
        mean=np.array([1, 0], np.float32),
        spread=np.array([2, 1], np.float32),
        hidden=np.array([[1, -1], [0, 2]], np.float32),
        hidden_bias=np.array([0, 1], np.float32),
        output=np.array([1, 0.5], np.float32),
        output_bias=np.array([-1], np.float32),
    )
    # Scaled (1, 2): hidden max(1, 0) = 1 and max(-1 + 4 + 1, 0) = 4, so 1 + 2 - 1 = 2 before the logistic.
    chance = weights.chances(np.array([[3, 2]], np.float32))
    assert chance == pytest.approx(1 / (1 + np.exp(-2)))


def model(**chances: float) -> Model:
    """A model whose networks give every block one chance."""
    shipped, networks = block_model(), {}
    for name, chance in chances.items():
        nothing = np.zeros((getattr(shipped, name).mean.size, 1), np.float32)
        networks[name] = Network(
            mean=nothing[:, 0],
            spread=nothing[:, 0] + 1,
            hidden=nothing,
            hidden_bias=np.zeros(1, np.float32),
            output=np.zeros(1, np.float32),
            output_bias=np.array([np.log(chance / (1 - chance))], np.float32),
        )
    return Model(**networks, odds={}, threshold=0.4)


@pytest.mark.parametrize(("second", "advised", "kept"), [(0.3, 0.9, True), (0.3, 0.4, False), (0.6, 0.1, False)])
def test_where_the_page_alone_leaves_doubt_advice_is_asked_once_and_weighs_half(second, advised, kept):
    asked = []

    def advice() -> str:
        asked.append(1)
        return "x"

    found = read(f"<p>{P[0]}</p><p>{P[1]}</p>")
    chosen = model(first=0.5, second=second, advised=advised).choose(found, Stated(), advice).blocks
    assert asked == [1]
    assert len(chosen) == (2 if kept else 0)


def test_where_the_page_alone_leaves_no_doubt_no_advice_is_asked():
    def advice() -> str:
        raise AssertionError("asked")

    assert len(model(first=0.5, second=0.9, advised=0.1).choose(read(f"<p>{P[0]}</p>"), Stated(), advice).blocks) == 1


def test_doubt_is_measured_by_text_and_a_page_without_likely_text_is_unsure():
    chars = np.array([1000, 50, 800], np.float32)
    assert not is_unsure(np.array([0.95, 0.5, 0.01], np.float32), chars)
    assert is_unsure(np.array([0.95, 0.01, 0.5], np.float32), chars)
    assert is_unsure(np.array([0.01, 0.01, 0.01], np.float32), chars)


def test_trafilatura_is_asked_at_its_fastest_and_only_for_a_page_that_leaves_doubt(monkeypatch):
    calls = []

    def extraction(tree, *, fast, **options):
        calls.append(fast)
        document = Document()
        document.text = "\n".join(STORY)
        return document

    monkeypatch.setattr(page, "bare_extraction", extraction)
    source = f"<html><body><article>{''.join(f'<p>{line}</p>' for line in STORY)}</article></body></html>"
    for second, asked in ((0.95, []), (0.5, [True])):
        monkeypatch.setattr(page, "block_model", lambda second=second: model(first=0.5, second=second, advised=0.9))
        found = page.read_page(source, None)
        assert found is not None
        assert found.text == "\n\n".join(STORY)
        assert calls == asked


def test_a_page_of_which_the_model_keeps_nothing_falls_back_on_trafilatura(monkeypatch):
    monkeypatch.setattr(Model, "choose", lambda *_: Choice([], 0.0))
    source = f"<html><body><article><h1>Lakes</h1>{''.join(f'<p>{line}</p>' for line in STORY)}</article></body></html>"
    found = page.read_page(source, None)
    assert found is not None
    assert found.text.endswith("\n\n".join(STORY))


def test_the_named_columns_hold_the_vote_and_the_lowest_odds_near_the_block():
    blocks = read(f'<aside class="promo signup"><div><p>{P[0]}</p></div></aside><p>{P[1]}</p>')
    features = Features(blocks, Stated(), {"promo": -1.5, "signup": -2.0})
    found = features.rows(features.held(P[1]))
    assert found[:, VOTE].tolist() == [0, 1]
    assert found[:, NEAREST_ODDS].tolist() == [-3.5, 0]


def test_what_nobody_kept_in_an_element_named_like_furniture_is_no_body_whatever_it_reads_like():
    source = "".join(f"<p>{line}</p>" for line in STORY)
    promise = "Our best stories reach your inbox before breakfast, and readers of all ages like them."
    promo = f'<aside class="newsletter signup promo"><h3>The Morning Tide</h3><p>{promise}</p></aside>'
    blocks = read(source + promo)
    features = Features(blocks, Stated(), block_model().odds)
    everywhere = np.ones(len(blocks), dtype=bool)
    rows = rows_with(features.wording(everywhere), features, features.held("\n".join(STORY)))
    chances = body_chances(block_model().advised, rows, everywhere)
    dropped = {block.text for block, chance in zip(blocks, chances, strict=True) if chance == 0}
    assert dropped == {"The Morning Tide", promise}


@pytest.mark.parametrize("name", ["consent", "cookie-banner", "gdpr-box"])
def test_a_consent_dialog_is_no_body_however_likely_it_looks(name):
    source = f'<div class="{name}"><p>We and our partners store data.</p></div><p>{P[0]}</p><p>{P[1]}</p>'
    chosen = model(first=0.5, second=0.9, advised=0.9).choose(read(source), Stated(), lambda: "").blocks
    assert [block.text for block in chosen] == [P[0], P[1]]


@pytest.mark.parametrize("name", ["consent", "cookie-recipe"])
def test_a_page_named_after_its_dialog_and_a_story_about_cookies_stay(name):
    source = f'<div class="{name}"><p>{P[0]}</p><p>{P[1]}</p></div><p>A line below it.</p>'
    chosen = model(first=0.5, second=0.9, advised=0.9).choose(read(source), Stated(), lambda: "").blocks
    assert len(chosen) == 3


def test_what_the_first_network_rules_out_is_not_looked_at_again():
    chosen = model(first=0.01, second=0.9, advised=0.9).choose(read(f"<p>{P[0]}</p>"), Stated(), lambda: "").blocks
    assert chosen == []


@pytest.mark.parametrize("name", ["visually-hidden", "a sr-only", "screen-reader-text", "VisuallyHidden"])
def test_what_a_class_keeps_for_screen_readers_counts_as_hidden(name):
    hidden, shown = read(f'<div class="{name}">Article content</div><div class="content">Article content</div>')
    assert hidden.flags & HIDDEN
    assert not shown.flags & HIDDEN


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "<h2><span>What the river</span><span>One town at a time</span></h2>",
            ["What the river", "One town at a time"],
        ),
        ("<p><b>It ended.</b><span>Then it began anew</span></p>", ["It ended.", "Then it began anew"]),
        ("<p><span>M</span>any came</p>", ["Many came"]),
        ("<p>Mac<i>OS</i> and <b>e</b>Bay</p>", ["MacOS and eBay"]),
        ("<p>One <b>Two</b> Three</p>", ["One Two Three"]),
    ],
)
def test_two_elements_that_only_style_keeps_apart_are_two_lines(source, lines):
    assert [block.text for block in read(source)] == lines


def test_attributes_that_say_what_an_element_is_count_as_its_names():
    (block,) = read('<div class="x1" data-component="related-stories" role="complementary"><p>Two more</p></div>')
    assert {"related", "stories", "complementary"} <= set(block.node.parent.tokens)


@pytest.mark.parametrize("space", [" ", "\n    ", "<em> </em>", "\u00a0"])
def test_white_space_alone_between_two_elements_parts_their_words(space):
    found = read(f"<p>The <b>lake</b>{space}<i>states</i> signed</p>\n<p>on <b>Tues</b>day</p>")
    assert [block.text for block in found] == ["The lake states signed", "on Tuesday"]


def test_what_nobody_sees_takes_no_break_away():
    found = read("<p>The lake states signed.<br><noscript>Turn it on</noscript>Talks go on.</p>")
    assert [block.text for block in found] == ["The lake states signed.", "Talks go on."]
