import json

import pytest
from lxml.html import document_fromstring

from wiredesk.contracts.events import ContentType
from wiredesk_cleaner.metadata.extraction import Metadata, read_metadata

URL = "https://quay.example/world/pact.html"


def read(*, body: str = "", ld: object = None, head: str = "", url: str = URL, title: str = "Pact") -> Metadata:
    script = "" if ld is None else f'<script type="application/ld+json">{json.dumps(ld)}</script>'
    page = f"<html><head><title>{title}</title>{head}{script}</head><body><article>{body}</article></body></html>"
    return read_metadata(document_fromstring(page), url)


def source(found: Metadata, field: str) -> str:
    return next((evidence.source for evidence in found.evidence if evidence.field == field), "")


def test_the_lead_image_comes_first_and_each_figure_has_its_caption_and_credit():
    figures = """<figure><img src="/img/boats-on-the-bed-300x200.jpg"><figcaption>Boats on the dry bed.
      Photo: Ann Lee / HPA</figcaption></figure>
      <figure><img data-src="cranes-at-dusk.jpg" src="data:image/gif;base64,R0">
      <figcaption>Cranes</figcaption></figure>"""
    found = read(body=figures, ld={"@type": "NewsArticle", "image": ["/img/boats-on-the-bed-1200x800.jpg"]})
    first, second = found.images
    assert (first.url, first.caption, first.credit) == (
        "https://quay.example/img/boats-on-the-bed-1200x800.jpg",
        "Boats on the dry bed.",
        "Ann Lee/HPA",
    )
    assert (second.url, second.caption, second.credit) == (
        "https://quay.example/world/cranes-at-dusk.jpg",
        "Cranes",
        None,
    )
    assert source(found, "images") == "json-ld"


def test_an_image_object_gives_its_caption_and_credit_even_by_reference():
    graph = [
        {"@type": "NewsArticle", "headline": "Pact", "image": {"@id": "#lead"}},
        {"@type": "ImageObject", "@id": "#lead", "url": "https://img.example/lead.jpg", "caption": "The bed"}
        | {"creditText": "Ann Lee"},
    ]
    image = read(ld=graph).images[0]
    assert (image.url, image.caption, image.credit) == ("https://img.example/lead.jpg", "The bed", "Ann Lee")


def test_the_image_for_sharing_leads_when_the_article_names_none():
    found = read(head='<meta property="og:image" content="/share.jpg">')
    assert [image.url for image in found.images] == ["https://quay.example/share.jpg"]
    assert source(found, "images") == "meta og:image"


@pytest.mark.parametrize(
    "body",
    [
        "<figure><img src='/logo-white.svg'></figure>",
        "<figure><img src='data:image/png;base64,AA'></figure>",
        "<figure><img src='javascript:x()'></figure>",
        "<figure><img src='http://[bad'></figure>",
        "<figure><img></figure>",
        "<aside><figure><img src='/other-story.jpg'></figure></aside>",
    ],
)
def test_what_is_no_picture_of_the_article_is_left_out(body):
    assert read(body=body).images == ()


def test_images_are_bounded_in_number():
    assert (
        len(read(body="".join(f"<figure><img src='/picture-number-{n}.jpg'></figure>" for n in range(500))).images)
        == 50
    )


@pytest.mark.parametrize(
    ("ld", "url", "kind"),
    [
        ({"@type": "LiveBlogPosting", "headline": "Pact"}, URL, ContentType.LIVE_BLOG),
        (None, "https://quay.example/world/lake-liveblog-102.html", ContentType.LIVE_BLOG),
        (None, "https://quay.example/fotostrecke/lake-102.html", ContentType.GALLERY),
        (None, "https://quay.example/culture/national-gallery-opens.html", ContentType.ARTICLE),
        ({"@type": "ImageGallery", "name": "Pact"}, URL, ContentType.GALLERY),
        ({"@type": "VideoObject", "name": "Pact"}, "https://quay.example/video/pact", ContentType.VIDEO),
        ({"@type": "NewsArticle", "video": {"@type": "VideoObject"}}, URL, ContentType.ARTICLE),
        (
            {"@type": "WebPage", "mainEntity": {"@type": "ItemList", "itemListElement": [{}, {}, {}, {}, {}]}},
            URL,
            ContentType.LIST,
        ),
        (None, "http://[bad", ContentType.ARTICLE),
    ],
)
def test_the_kind_of_page_is_told_by_its_type_and_address(ld, url, kind):
    assert read(ld=ld, url=url).content_type is kind


def test_og_type_tells_a_video():
    assert read(head='<meta property="og:type" content="video.other">').content_type is ContentType.VIDEO


@pytest.mark.parametrize(
    ("headline", "numbers", "kind"),
    [
        ("6 lakes to see", range(1, 7), ContentType.LIST),
        ("The 6 best lakes", range(6, 0, -1), ContentType.LIST),
        ("The best lakes", range(1, 7), ContentType.ARTICLE),
        ("6 lakes to see", (1, 4, 9, 2, 7, 3), ContentType.ARTICLE),
    ],
)
def test_a_list_announces_as_many_items_as_it_numbers(headline, numbers, kind):
    headings = "".join(f"<h2>{number}. Lake</h2><p>It is deep.</p>" for number in numbers)
    assert read(body=f"<h1>{headline}</h1>{headings}", title=headline).content_type is kind


@pytest.mark.parametrize(
    ("ld", "head", "free"),
    [
        ({"isAccessibleForFree": False}, "", False),
        ({"isAccessibleForFree": "True"}, "", True),
        ({"isAccessibleForFree": "http://schema.org/False"}, "", False),
        ({}, '<meta property="article:content_tier" content="locked">', False),
        ({}, '<meta property="article:content_tier" content="metered">', True),
        ({"isAccessibleForFree": [1]}, "", None),
        ({}, "", None),
    ],
)
def test_a_page_says_whether_it_is_free(ld, head, free):
    found = read(ld={"@type": "NewsArticle", "headline": "Pact"} | ld, head=head)
    assert found.is_accessible_for_free is free
    assert bool(source(found, "is_accessible_for_free")) is (free is not None)
