import pytest

from wiredesk_cleaner.html.captions import own_captions
from wiredesk_cleaner.html.page import page_blocks, parse_page
from wiredesk_cleaner.metadata.pictures import read_pictures

P = [
    "The lake states agreed on Tuesday to share their water for another ten years, the ministry said.",
    "Officials in the capital declined to say what the deal would cost the farmers downstream of the dam.",
    "Talks on the price of electricity resume in the spring, when the snow of the high valleys melts.",
    "The pact replaces one that expired in the autumn after four rounds of talks had come to nothing.",
]
OTHER = "Nora Vale opens the ball"


def page(*, above: str = "", before: str = "", inside: str = "", behind: str = "", after: str = "") -> str:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in P)
    return (
        f"<html><head><title>Lakes Sign</title></head><body>{above}<main><article><header><h1>Lakes Sign</h1></header>"
        f"{before}<div class='body'><p>{P[0]} Water is short.</p>{inside}{story}{behind}</div></article>{after}</main>"
        "</body></html>"
    )


def figure(caption: str, source: str = "boats-at-noon") -> str:
    return f"<figure><img src='/{source}.jpg'><figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize("place", ["before", "inside", "behind"])
def test_a_caption_between_headline_and_body_in_it_or_right_behind_it_is_the_story_s_own(from_page, place):
    cleaned = from_page(page(**{place: figure("Boats on the dry bed. <span>Photo: Ann Lee/HPA</span>")}))
    assert (cleaned.captions, cleaned.credits) == (("Boats on the dry bed.",), ("Ann Lee/HPA",))
    assert "Boats" not in cleaned.text


@pytest.mark.parametrize(
    "other",
    [
        {"inside": f"<aside>{figure(OTHER)}</aside>"},
        {"inside": f"<a href='/ball.html'>{figure(OTHER)}</a>"},
        {"inside": f"<article>{figure(OTHER)}<a href='/ball.html'>More</a></article>"},
        {"inside": f"<div>{figure(OTHER)}<h3><a href='/ball.html'>The ball that never was</a></h3></div>"},
        {"inside": f"<div>{figure('Boats')}</div><div class='video-player'>{figure(OTHER)}</div>"},
        {"above": f"<header>{figure(OTHER)}</header>"},
        {"after": f"<ul><li>One</li><li>Two</li><li>Three</li><li>Four</li></ul><div>{figure(OTHER)}</div>"},
    ],
    ids=["aside", "link", "card", "heading with a link", "second video", "site's header", "after the story"],
)
def test_the_caption_of_another_story_is_left_out(from_page, other):
    cleaned = from_page(page(**other))
    assert OTHER not in " ".join((*cleaned.captions, cleaned.text))


def test_the_picture_of_another_story_is_no_image_of_this_one(from_page):
    cleaned = from_page(page(before=figure("Boats"), inside=f"<a href='/ball.html'>{figure(OTHER, 'ball-room')}</a>"))
    assert [image.caption for image in cleaned.images] == ["Boats"]


def test_the_first_picture_may_be_that_of_a_video(from_page):
    assert from_page(page(before=f"<div class='player'>{figure('Boats at dawn')}</div>")).captions == ("Boats at dawn",)


def test_a_linked_heading_is_no_sign_of_another_story_above_the_body(from_page):
    lead = f"<div><h2><a href='/world/'>World and its waters</a></h2>{figure('Boats at dawn')}</div>"
    assert from_page(page(before=lead)).captions == ("Boats at dawn",)


def test_a_caption_that_only_its_class_marks_leaves_the_text_for_the_captions(from_page):
    line = "The bed of the lake, which fell dry for the first time in forty years, seen from the dam."
    cleaned = from_page(page(inside=f"<div><img src='/bed-of-lake.jpg'><p class='image-caption'>{line}</p></div>"))
    assert cleaned.captions == (line,)
    assert line not in cleaned.text


def test_a_paragraph_with_the_class_of_a_caption_but_no_picture_stays_in_the_text(from_page):
    line = "The bed of the lake, which fell dry for the first time in forty years, is to be planted with reeds."
    cleaned = from_page(page(inside=f"<p class='caption'>{line}</p>"))
    assert cleaned.captions == ()
    assert line in cleaned.text


def test_the_lines_of_a_caption_in_several_blocks_never_reach_the_text(from_page):
    caption = "<div>Boats on the dry bed of the lake, at noon.</div><div>They will lie there until the spring.</div>"
    cleaned = from_page(page(inside=figure(caption)))
    assert cleaned.captions == ("Boats on the dry bed of the lake, at noon. They will lie there until the spring.",)
    assert "Boats" not in cleaned.text
    assert "until the spring." not in cleaned.text


def captions_of(inside: str) -> dict[str, tuple[str, ...]]:
    """What is under the pictures of a page whose body is the paragraphs of `P`."""
    tree = parse_page(page(inside=inside))
    assert tree is not None
    pictures = read_pictures(tree, None)
    blocks = page_blocks(tree)
    return dict(own_captions(pictures, blocks, [block for block in blocks if block.text in P], ["Lakes Sign"]))


def test_every_block_of_a_caption_is_known_as_one_even_where_the_caption_is_of_another_story():
    caption = "<div>Boats at noon</div><div>They lie there</div>"
    assert captions_of(figure(caption)) == {
        "Boats at noon They lie there": ("Boats at noon They lie there",),
        "Boats at noon": (),
        "They lie there": (),
    }
    assert captions_of(f"<aside>{figure(caption)}</aside>") == {"Boats at noon": (), "They lie there": ()}


def test_what_only_its_class_calls_a_caption_is_none_where_it_cannot_be_the_story_s():
    marked = "<div><img src='/boats-at-noon.jpg'><p class='image-caption'>Boats at noon</p></div>"
    assert captions_of(marked) == {"Boats at noon": ("Boats at noon",)}
    assert captions_of(f"<aside>{marked}</aside>") == {}


def test_captions_of_hundreds_of_single_letters_take_no_time_to_find(from_page):
    letters = "<p>a</p>" * 500
    cleaned = from_page(page(inside=f"<div>{letters}</div>{figure(letters) * 20}"))
    assert P[0] in cleaned.text
