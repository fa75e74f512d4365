"""URLs made to cost time or to break a parser: what looks at one raises nothing, and takes no more than its length."""

import sys
from collections.abc import Callable

import pytest

from wiredesk.contracts import ids
from wiredesk.contracts.submission import MAX_URL_LENGTH, check_url, without_credentials

# What is repeated until the URL is full: (before, piece, behind).
HOSTILE = {
    "a long path": ("http://a.example/", "a/", ""),
    "parameters without values": ("http://a.example/?", "a=&", ""),
    "parameters in the wrong order": ("http://a.example/?", "z=1&b=2&", ""),
    "trackers": ("http://a.example/?", "utm_source=x&", ""),
    "separators": ("http://a.example/?", "&", ""),
    "percent signs": ("http://a.example/", "%41", ""),
    "half an escape": ("http://a.example/", "%", ""),
    "climbing": ("http://a.example/", "../", ""),
    "labels": ("http://", "a.", "example/"),
    "dashes for a host": ("http://", "-", ".example/"),
    "letters outside ASCII for a host": ("http://", "é", ".example/"),
    "marks for a host": ("http://a", "\u0301\u0316", ".example/"),
    "marks in a path": ("http://a.example/", "\u0301\u0316", ""),
    "slashes": ("http:", "/", ""),
    "fragments": ("http://a.example/#", "/#", ""),
    "an address that is none": ("http://[", ":", "]/"),
    "digits for a port": ("http://a.example:", "9", "/"),
    "at signs": ("http://", "@", "a.example/"),
    "path parameters": ("http://a.example/", ";a", ""),
    "tags": ("http://a.example/", "<>", ""),
    "spaces": ("http://a.example/", "a b", ""),
    "backslashes": ("http://", "\\", "a.example/"),
}


def _full(kind: str, length: int) -> str:
    before, piece, behind = HOSTILE[kind]
    return before + piece * ((length - len(before) - len(behind)) // len(piece)) + behind


def _looked_at(url: str) -> None:
    """All that a submission's URL goes through before anything is fetched."""
    check_url(url)
    without_credentials(url)
    ids.registrable_host(url)
    ids.article_id(url)


def _calls(function: Callable[[str], None], url: str) -> int:
    """How many functions, Python's own included, `function` calls."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        function(url)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_url_raises_nothing_and_costs_in_proportion_to_its_length(kind):
    half, full = _full(kind, MAX_URL_LENGTH // 2), _full(kind, MAX_URL_LENGTH)
    assert MAX_URL_LENGTH - 20 < len(full) <= MAX_URL_LENGTH
    _looked_at(full)  # what is imported or cached at first use is not the URL's cost
    assert _calls(_looked_at, full) < 3 * _calls(_looked_at, half)
