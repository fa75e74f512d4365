"""Headlines in Title Case or CAPITALS read as sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tagger import gazetteers
from services.tagger.headlines import as_sentence, is_loud

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
    assert as_sentence(headline, "", LEXICON) == sentence


def test_the_body_knows_how_the_words_of_its_headline_are_written():
    assert as_sentence("GGE MEETS MAKERS OF IPHONE", BODY, LEXICON) == "GGE meets makers of iPhone"


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
    assert as_sentence(headline, BODY, LEXICON) == headline


@pytest.mark.parametrize(
    "headline", ["Bello Strengthens Ties With China After Talks", "Police Arrest Four In Brennick"]
)
def test_title_case_and_capitals_read_the_same(headline):
    assert as_sentence(headline, BODY, LEXICON) == as_sentence(headline.upper(), BODY, LEXICON)


@given(st.text(max_size=200), st.text(max_size=100))
def test_every_code_point_keeps_its_place(headline, body):
    for form in (headline, headline.upper(), headline.title()):
        read = as_sentence(form, f"{body} {form}", LEXICON)
        assert len(read) == len(form)
        assert [c for c in read if not c.isalpha()] == [c for c in form if not c.isalpha()]
