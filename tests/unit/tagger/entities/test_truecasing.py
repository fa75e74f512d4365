"""Headlines in Title Case or CAPITALS read as sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_tagger.entities.truecasing import is_loud, read_line, read_lines
from wiredesk_tagger.lexicon import gazetteers

LEXICON = gazetteers.read()
BODY = "In a speech the Harbour Council praised the harbour. Ministers of the GGE met iPhone makers, Bello said."


@pytest.mark.parametrize(
    ("headline", "sentence"),
    [
        ("Russia Strengthens AI Alliance With China", "Russia strengthens AI alliance with China"),
        ("RUSSIA\u2019S ALLIANCE WITH CHINA GROWS", "Russia\u2019s alliance with China grows"),
        ("Bello Says The Government Has Failed", "Bello says the government has failed"),
        ("US Troops Leave The White House", "US troops leave the White House"),
        ("TROOPS GIVE US HOPE", "Troops give us hope"),
        ("US AND EU AGREE ON TARIFFS", "US and EU agree on tariffs"),
        ("NATO TROOPS IN SOUTH BRENNICK", "NATO troops in South Brennick"),
        ("U.S. TROOPS LEAVE. THE END", "U.S. troops leave. The end"),
        ("Troops Leave The Bank Of Brennick, Thanking Police", "Troops leave the Bank of Brennick, thanking police"),
        ("Ships Cross The Tamwin River", "Ships cross the Tamwin River"),
    ],
)
def test_a_loud_headline_is_written_as_a_sentence(headline, sentence):
    assert read_line(headline, "", LEXICON).text == sentence


def test_the_body_knows_how_the_words_of_its_headline_are_written():
    assert read_line("GGE MEETS MAKERS OF IPHONE", BODY, LEXICON).text == "GGE meets makers of iPhone"


@pytest.mark.parametrize(
    "headline",
    [
        "Bello strengthens ties with China",
        "Putin, Xi Jinping and Modi",
        "World Bank backs plan for port",
        "The Harbour Safety Council met.",
        "",
        "2025",
    ],
)
def test_a_headline_in_sentence_case_stays(headline):
    assert not is_loud(headline, LEXICON)
    assert read_line(headline, BODY, LEXICON).text == headline


@pytest.mark.parametrize(
    "headline", ["Bello Strengthens Ties With China After Talks", "Police Arrest Four In Brennick"]
)
def test_title_case_and_capitals_read_the_same(headline):
    assert read_line(headline, BODY, LEXICON).text == read_line(headline.upper(), BODY, LEXICON).text


def unsure(headline, body=""):
    read = read_line(headline, body, LEXICON)
    return [read.text[start:end] for start, end in read.unsure]


def test_a_word_is_unsure_that_neither_body_nor_list_knows():
    assert unsure("Troops Leave Tamwin Harbour, Seamen Say") == ["Tamwin", "harbour", "Seamen"]


def test_a_word_that_often_ends_a_name_is_unsure_in_small_letters_too():
    assert unsure("ZORAH VISITS TRONDVIK UNIVERSITY GROUP", "A body that knows none of it.") == ["Trondvik", "group"]


def test_a_word_that_the_body_knows_is_sure():
    assert unsure("Ministers Meet IPhone Makers At The Harbour Council", BODY) == []


def test_nothing_is_unsure_in_a_headline_in_sentence_case():
    assert unsure("Bello strengthens ties with the Tamwin Harbour") == []


def test_unsure_words_keep_their_places_in_a_text_of_many_lines():
    read = read_lines("Police Leave Tamwin\nAll is calm here.\nPolice Leave Orsk Too", "", LEXICON)
    assert [read.text[start:end] for start, end in read.unsure] == ["Tamwin", "Orsk"]
    assert read.text.splitlines()[1] == "All is calm here."


@given(st.text(max_size=200))
def test_unsure_are_whole_words_in_order(headline):
    for form in (headline.upper(), headline.title()):
        read = read_line(form, "", LEXICON)
        assert all(start < end and not any(map(str.isspace, read.text[start:end])) for start, end in read.unsure)
        edges = [edge for span in read.unsure for edge in span]
        assert edges == sorted(set(edges))


@given(st.text(max_size=200), st.text(max_size=100))
def test_every_code_point_keeps_its_place(headline, body):
    for form in (headline, headline.upper(), headline.title()):
        read = read_line(form, f"{body} {form}", LEXICON).text
        assert len(read) == len(form)
        assert [c for c in read if not c.isalpha()] == [c for c in form if not c.isalpha()]


@pytest.mark.parametrize(
    "headline",
    ["NHKが報じた", "AIの未来", "SK하이닉스 실적 발표", "NATO峰会", "وكالة AP تعلن", "BBC रिपोर्ट"],
)
def test_where_the_script_has_no_capitals_a_line_is_never_loud(headline):
    assert not is_loud(headline, LEXICON)
    assert read_line(headline, "", LEXICON).text == headline


def test_title_case_is_of_english_and_capitals_are_of_any_language_that_has_them():
    title, shouted = "Die Ministerin War Die Letzte Im Haus", "MINISTERIN REIST NACH ORSK"
    assert is_loud(title, LEXICON)
    assert not is_loud(title, LEXICON, "de")
    assert is_loud(shouted, LEXICON, "de")
    body = "Die Ministerin reist heute."
    assert read_line(shouted, body, LEXICON, "de").text == "Ministerin reist Nach Orsk"
