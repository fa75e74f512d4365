"""What kind of change a revision is, and whether it was made in silence."""

from datetime import timedelta

import pytest

from tests.unit.storage.revisions.articles import HEADLINE, TEXT, article, changed, kinds, later
from wiredesk.contracts.events import ChangeKind
from wiredesk_storage.revisions.comparison import compare, verdict_of

NOTE = "\n\nCorrection: an earlier version of this article gave another number of passengers."
MORE = "\n\nOtto Lann, the mayor, thanked the crew on Monday evening. He had been on board."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("waited on", "stood on", ["wording"], id="a word"),
        pytest.param("120", "130", ["numbers"], id="a number in digits"),
        pytest.param("two hours", "three hours", ["numbers"], id="a number in words"),
        pytest.param("Some 120", "120", ["wording"], id="the number stayed"),
        pytest.param("Quill", "Quilt", ["names"], id="a name spelled otherwise"),
        pytest.param("Berta Quill", "Otto Lann", ["names"], id="another person"),
        pytest.param("120 passengers waited", "130 people waited", ["numbers"], id="a number and the word beside it"),
        pytest.param(" A rope had caught in its screw.", "", ["cut"], id="a sentence went"),
        pytest.param("on Monday, the", "the", ["wording"], id="a few words went"),
        pytest.param(TEXT[-35:], TEXT[-35:] + MORE, ["names", "appended"], id="paragraphs at the end"),
        pytest.param(TEXT[-35:], TEXT[-35:] + NOTE, ["correction_appended"], id="a correction"),
        pytest.param(
            "\n\nSome 120", "\n\nIt rained on Monday.\n\nSome 120", ["wording"], id="a sentence in the middle"
        ),
        pytest.param(TEXT[-35:], "", ["cut"], id="the end went"),
        pytest.param(TEXT[60:], " It sank in the afternoon. All were saved.", ["numbers", "names", "cut", "rewrite"]),
    ],
)
def test_a_change_of_the_text_has_its_kinds(old, new, expected):
    found = changed(old, new)
    if "rewrite" in expected:
        assert "rewrite" in kinds(found)
    else:
        assert kinds(found) == expected


def test_kinds_come_together_in_one_order():
    text = TEXT.replace("120", "130").replace("Quill", "Quilt").replace("on the quay", "at the quay") + MORE + NOTE
    found = compare(article(), article(text, "Ferry to Holm is two hours late"))
    assert kinds(found) == ["correction_appended", "headline", "numbers", "names", "appended", "wording"]
    assert list(found.verdict.kinds) == [kind for kind in ChangeKind if kind in found.verdict.kinds]


def test_what_stands_before_an_old_correction_is_still_the_end():
    found = compare(article(TEXT + NOTE), article(TEXT + MORE + NOTE))
    assert kinds(found) == ["names", "appended"]


def test_a_correction_at_the_top_is_one_too():
    assert kinds(compare(article(), article(f"This article was amended on 3 March.\n\n{TEXT}"))) == [
        "correction_appended"
    ]


def test_a_correction_that_was_there_is_not_appended_again():
    found = compare(article(TEXT + NOTE), article(TEXT.replace("waited on", "stood on") + NOTE))
    assert (kinds(found), found.verdict.stealth) == (["wording"], True)


def test_another_text_is_a_rewrite_and_a_third_of_the_words_is_not():
    words = [f"word{n}" for n in range(90)]
    before = article(" ".join(words))
    some = words[:30] + [f"other{n}" for n in range(30)] + words[60:]
    more = words[:29] + [f"other{n}" for n in range(31)] + words[60:]
    assert "rewrite" not in kinds(compare(before, article(" ".join(some))))
    assert "rewrite" in kinds(compare(before, article(" ".join(more))))


def test_a_text_that_grows_to_three_times_its_length_is_appended_not_rewritten():
    found = compare(
        article("It rained in Varn."), article("It rained in Varn. " + "It rained again in the night. " * 5)
    )
    assert kinds(found) == ["appended"]


def test_in_a_script_without_spaces_each_character_counts():
    found = compare(article("港口今天关闭。船只已离开。"), article("港口明天关闭。船只已离开。"))
    assert kinds(found) == ["wording"]
    assert [segment.words for segment in found.changes[0].passages[0]] == ["港口", "今", "明", "天关闭。船只已离 …"]


@pytest.mark.parametrize(
    "fields",
    [{"authors": ("Ann Orme",)}, {"keywords": ("ferries",)}, {"article_section": "Coast"}, {"modified": later(1)}],
    ids=lambda fields: next(iter(fields)),
)
def test_other_fields_alone_are_metadata(fields):
    found = compare(article(), article(**fields))
    assert (kinds(found), found.verdict.stealth) == (["metadata"], False)
    assert kinds(compare(article(), article(TEXT.replace("waited", "stood"), **fields))) == ["wording"]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": TEXT.replace("\n\n", "\n").replace(" ", "  ")},
        {"headline": f" {HEADLINE.replace(' ', chr(160))} "},
        {"tagger_version": "2"},
        {"quality_reasons": ("unsure",)},
        {"entities": ()},
        {"authors": (" Ann  Orme ",)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_white_space_and_how_the_article_was_read_change_nothing(fields):
    before = article(authors=("Ann Orme",)) if "authors" in fields else article()
    found = compare(before, article(**fields))
    assert (kinds(found), found.verdict.stealth) == ([], False)


@pytest.mark.parametrize(
    ("before", "after", "stealth"),
    [
        (None, None, True),
        (later(0), later(0), True),
        (later(0), None, True),
        (later(1), later(0), True),
        (later(0), later(1), False),
        (None, later(0), False),
        (later(0).replace(tzinfo=None), later(0) + timedelta(minutes=1), False),
    ],
)
def test_a_change_is_stealthy_when_the_article_does_not_say_when_it_was_modified(before, after, stealth):
    text, headline = TEXT.replace("waited", "stood"), "Ferry to Holm is very late"
    for new in (article(text, modified=after), article(TEXT, headline, modified=after)):
        assert compare(article(modified=before), new).verdict.stealth is stealth


def test_a_change_with_a_correction_is_not_stealthy():
    assert compare(article(), article(TEXT.replace("120", "130") + NOTE)).verdict.stealth is False


def test_whether_a_change_is_stealthy_is_not_known_when_another_cleaner_read_the_page():
    found = compare(article(), article(TEXT.replace("120", "130"), cleaner_version="2"))
    assert (kinds(found), found.verdict.stealth) == (["numbers"], None)


def test_a_name_that_the_tagger_finds_elsewhere_is_no_change_of_names():
    before = article(TEXT, entities=())
    assert kinds(compare(before, article(TEXT.replace("waited", "stood")))) == ["wording"]


def test_the_verdict_over_stored_events_is_that_over_the_events():
    before, after = article(), article(TEXT.replace("120", "130"))
    assert verdict_of(before.model_dump_json(), after.model_dump_json()) == compare(before, after).verdict
