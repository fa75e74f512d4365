"""Nothing is deleted unless asked for, and never what may be asked for again."""

import pytest

from wiredesk.contracts.errors import ConfigurationError
from wiredesk.contracts.topics import ENRICHED
from wiredesk_storage.settings import LEAST_KEPT, StorageSettings

PREFIX = "WIREDESK_STORAGE__"
NAMES = ("REVISIONS_DAYS", "ARTICLES_DAYS")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("written", "days"), [(None, None), ("", None), ("37", 37.0), ("365.5", 365.5)])
def test_nothing_is_deleted_unless_the_operator_says_after_how_long(monkeypatch, name, written, days):
    if written is not None:
        monkeypatch.setenv(f"{PREFIX}{name}", written)
    assert getattr(StorageSettings.load().storage, name.lower()) == days


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", ["30", "36.99", "0", "-1", "nan", "inf", "1e9", "a month"])
def test_what_may_still_come_again_is_not_deleted(monkeypatch, name, written):
    monkeypatch.setenv(f"{PREFIX}{name}", written)
    with pytest.raises(ConfigurationError, match=f"{PREFIX}{name}"):
        StorageSettings.load()


def test_the_message_says_why_and_what_to_set(monkeypatch):
    monkeypatch.setenv(f"{PREFIX}ARTICLES_DAYS", "30")
    with pytest.raises(ConfigurationError, match=r"articles\.enriched\.v1 may come again for 30 days.*set 37 or more"):
        StorageSettings.load()


def test_what_is_kept_outlives_every_record_by_days():
    assert (LEAST_KEPT - ENRICHED.retention).days >= 1


def test_an_article_is_kept_for_as_long_as_copies_of_it_are_told(monkeypatch):
    monkeypatch.setenv(f"{PREFIX}REVISIONS_DAYS", "60")
    monkeypatch.setenv(f"{PREFIX}COPY_WINDOW_DAYS", "61")
    with pytest.raises(ConfigurationError, match=rf"{PREFIX}REVISIONS_DAYS.*COPY_WINDOW_DAYS \(61\)"):
        StorageSettings.load()
