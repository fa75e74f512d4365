"""Where hubs call back, as it is set."""

import pytest
from pydantic import ValidationError

from wiredesk_fetcher.settings import FetcherOptions

DSN = "postgresql://harbour@db.example/wire"


def options(**fields):
    return FetcherOptions.model_validate({"dsn": DSN, **fields})


def test_no_hub_is_asked_unless_an_address_is_set():
    assert options().websub_url == ""
    assert options().websub_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://wire.example", "https://wire.example"),
        ("https://wire.example/websub/", "https://wire.example/websub"),
        ("http://wire.example:8780/a/b", "http://wire.example:8780/a/b"),
    ],
)
def test_the_address_may_have_a_path(written, meant):
    assert options(websub_url=written).websub_url == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("wire.example", "no public address"),
        ("ftp://wire.example/", "no public address"),
        ("https:///websub", "no public address"),
        ("https://user:word@wire.example/", "no public address"),
        ("https://wire.example:port/", "no public address"),
        ("https://[wire.example/", "no public address"),
        ("https://wire.example/?a=1", "no \\? and no #"),
        ("https://wire.example/#a", "no \\? and no #"),
        ("https://wire.example/a b", "not ASCII"),
        ("https://wire.example/ж", "not ASCII"),
    ],
)
def test_what_is_no_such_address_is_refused_and_said_why(written, said):
    with pytest.raises(ValidationError, match=said) as error:
        options(websub_url=written)
    assert "word" not in str(error.value)


def test_an_address_without_a_database_is_refused_with_the_names_of_both():
    with pytest.raises(ValidationError, match=r"WIREDESK_FETCHER__WEBSUB_URL needs WIREDESK_FETCHER__DSN"):
        options(dsn=None, websub_url="https://wire.example")
