# ruff: noqa: RUF001 - credits are set off with typographic dashes
import pytest
from lxml.html import document_fromstring, fragment_fromstring

from wiredesk_cleaner.metadata.caption_parts import caption_parts
from wiredesk_cleaner.metadata.pictures import Picture, read_pictures

URL = "https://quay.example/world/pact.html"
LINE = "Boats on the dry bed"


def pictures(body: str, url: str | None = URL) -> tuple[Picture, ...]:
    return read_pictures(document_fromstring(f"<html><body>{body}</body></html>"), url)


def figure(caption: str = LINE) -> str:
    return f"<figure><img src='/boats-at-noon.jpg'><figcaption>{caption}</figcaption></figure>"


def parts(caption: str) -> tuple[str, ...]:
    return caption_parts(fragment_fromstring(f"<figcaption>{caption}</figcaption>"))


@pytest.mark.parametrize(
    ("caption", "apart"),
    [
        ("Boats. <span>Photo: Ann Lee/HPA</span>", ("Boats.", "Photo: Ann Lee/HPA")),
        ("<div><p>Boats.</p><p class='image-credit'>Ann Lee</p></div>", ("Boats.", "Photo: Ann Lee")),
        (
            "Boats – <span>Copyright</span> <span class='credit'>Ann Lee</span>",
            ("Boats", "Photo: Ann Lee"),
        ),
        ("<span><i>Boats.</i><span class='c-credits'>© Ann Lee</span></span>", ("Boats.", "Photo: Ann Lee")),
        ("<span>Boats.</span><span>They sleep.</span>", ("Boats. They sleep.",)),
        ("<p class='credit'>Ann Lee</p>", ("Photo: Ann Lee",)),
        ("Photo by <span class='credit'>Ann Lee</span> /Reuters", ("Photo by Ann Lee /Reuters",)),
        ("Boats.<script>show()</script><button>Enlarge</button><i class='toggle-caption'>hide</i>", ("Boats.",)),
        ("<span class='copyright'>All rights reserved 2026</span>", ("All rights reserved 2026",)),
        ("Foto of Ann Lee", ("Foto of Ann Lee",)),
        ("", ()),
    ],
)
def test_a_caption_is_parted_by_its_mark_up_from_its_credits(caption, apart):
    assert parts(caption) == apart


def test_a_credit_that_stands_beside_the_caption_in_a_figure_is_one_of_its_parts():
    beside = f"<figure><img src='/b.jpg'><figcaption>{LINE}</figcaption><footer>Ann Lee</footer></figure>"
    assert pictures(beside)[0].parts == (LINE, "Photo: Ann Lee")
    alone = "<figure><div><img src='/b.jpg'><span class='photo-credit'>Ann Lee</span></div></figure>"
    assert [(one.line, one.parts) for one in pictures(alone)] == [("Ann Lee", ("Photo: Ann Lee",))]


@pytest.mark.parametrize(
    "body",
    [
        f"<div><img src='/boats-at-noon.jpg'><p class='wp-caption-text'>{LINE}</p></div>",
        f"<div><div><img src='/boats-at-noon.jpg'></div><div class='post__bildunterschrift'>{LINE}</div></div>",
        f"<p>{'Water. ' * 30}</p><div><img src='/boats-at-noon.jpg'></div><p class='imageCaption'>{LINE}</p>",
        f"<div><img src='/boats-at-noon.jpg'><span class='media-block__description'>{LINE}</span></div>",
        f"<figure><img src='/boats-at-noon.jpg'><p class='legende'>{LINE}</p></figure>",
    ],
)
def test_a_class_marks_a_caption_beside_a_picture(body):
    assert [(one.url, one.line, one.parts) for one in pictures(f"<main>{body}</main>")] == [
        ("https://quay.example/boats-at-noon.jpg", LINE, (LINE,))
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"<p class='caption'>{LINE}</p>",
        f"<div><img src='/b.jpg'><p>{'Water. ' * 30}</p><p class='caption'>{LINE}</p></div>",
        f"<div><img src='/b.jpg'><p class='text-caption'>{LINE}</p></div>",
        f"<div><img src='/avatar-7.jpg'><p class='caption'>{LINE}</p></div>",
        f"<div><img src='/b.jpg' width='32'><p class='caption'>{LINE}</p></div>",
        f"<div class='author-box'><img src='/b.jpg'><p class='caption'>{LINE}</p></div>",
        f"<div><img src='/b.jpg'><div class='caption'><h3>{LINE}</h3></div></div>",
        "<div><img src='/b.jpg'><p class='caption'>Share</p></div>",
        "<figure><blockquote>Water.</blockquote><figcaption>Ann Lee</figcaption></figure>",
    ],
    ids=["no picture", "far off", "type", "portrait", "small", "author", "heading", "one word", "quotation"],
)
def test_what_a_class_only_calls_so_is_no_caption(body):
    assert [one.line for one in pictures(f"<main>{body}</main>") if one.line] == []


@pytest.mark.parametrize(
    "around",
    [
        "<a href='/world/other.html'>{}</a>",
        "<article><aside>{}</aside></article>",
        "<nav>{}</nav>",
        "<header>{}</header>",
        "<article><aside><article>{}</article></aside></article>",
    ],
)
def test_a_picture_aside_of_the_story_or_with_a_link_to_another_page_is_of_another_story(around):
    assert pictures(around.format(figure()))[0].elsewhere


@pytest.mark.parametrize(
    "around",
    [
        "<a href='/images/boats.jpg'>{}</a>",
        "<a href='#slide-2'>{}</a>",
        "<a href='/articles/image/77'>{}</a>",
        "<a href='/world/pact.html?slide=2'>{}</a>",
        "<header><h1>Pact</h1>{}</header>",
        "<main><header>{}</header></main>",
        "<nav><main><article>{}</article></main></nav>",
    ],
)
def test_a_picture_with_a_link_to_itself_or_in_the_head_of_the_story_is_its_own(around):
    assert not pictures(around.format(figure()))[0].elsewhere


def test_the_portrait_of_an_author_is_no_picture_of_the_story():
    assert pictures(figure("<address>By <a rel='author' href='/ann'>Ann Lee</a></address>"))[0].elsewhere


def test_a_picture_without_a_line_is_told_by_its_link_and_by_its_card():
    linked = "<figure><a href='/world/other.html'><img src='/b.jpg'></a></figure>"
    card = "<article><figure><img src='/b.jpg'></figure><h3><a href='/world/other.html'>Other</a></h3></article>"
    assert [one.elsewhere for one in pictures(f"<main>{linked}{card}{figure('')}</main>")] == [True, True, False]


@pytest.mark.parametrize("body", ["<div class='media--video'><div>{}</div></div>", "<div class='js-player'>{}</div>"])
def test_a_picture_in_a_player_is_that_of_a_video(body):
    assert [one.plays for one in pictures(body.format(figure()) + figure())] == [True, False]


def test_a_link_that_no_parser_takes_leads_away():
    assert pictures(f"<a href='http://[bad'>{figure()}</a>")[0].elsewhere


def test_the_pictures_of_a_page_are_bounded_in_number():
    assert len(pictures(figure() * 2000)) == 150
