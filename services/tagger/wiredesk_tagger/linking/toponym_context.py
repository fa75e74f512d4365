"""What the words beside a place's name say about where it is: "Paris, Texas", "the Russian city of Orsk". Pure."""

import re
from typing import NamedTuple

from wiredesk_tagger.lexicon.gazetteers import Lexicon

Region = tuple[str, str]
"""(ISO 3166-1 alpha-2 code, division as GeoNames numbers it); an empty division stands for the whole country"""

_WORDS = r"([A-Z][\w.]*(?: (?:of |and |the )?[A-Z][\w.]*){0,3})"
_AFTER = re.compile(rf"(?:,? in (?:the )?(?:[a-z]+(?:ern|ral)(?: (?:state|province) of)? )?|, | \(| ){_WORDS}")
# "Canada and Australia", "Canada, Australia": the word after the comma may be the next of a list.
_LISTED = re.compile(r",? (?:and|or) |, (?=[A-Z])")
_BEFORE = re.compile(
    r"([A-Z][\w.]*(?: [A-Z][\w.]*)?)(?:['\u2019]s)? (?:[a-z-]+ ){0,2}"
    r"(?:city|capital|town|port|suburb|village)(?: city)?(?: of)? $"
)
_NEAR = 80  # characters looked at on either side
# Also a state of the USA, which is why its name alone means no country.
COUNTRY_AND_STATE = {"Georgia": "GE"}


class Beside(NamedTuple):
    """The regions that the words may mean, and whether they may be no more than the next words of the sentence."""

    regions: frozenset[Region]
    listed: bool


def regions_of(name: str, lexicon: Lexicon) -> frozenset[Region]:
    """Return the countries and divisions that `name` may mean."""
    code = lexicon.code("GPE", name) or COUNTRY_AND_STATE.get(name)
    return lexicon.divisions.get(name, frozenset()) | (frozenset({(code, "")}) if code else frozenset())


def beside(text: str, start: int, end: int, lexicon: Lexicon) -> Beside | None:
    """Return what stands beside `text[start:end]`, or None if it says nothing of where that is."""
    after = _AFTER.match(text, end, end + _NEAR)
    if after:
        words = after[1].split(" ")
        for last in range(len(words), 0, -1):
            said = " ".join(words[:last])
            for name in (said, said.rstrip(".")):
                regions, stop = regions_of(name, lexicon), after.start(1) + len(name)
                # "talks in Beijing, Russia's ministry said" puts no Beijing in Russia.
                if regions and not text.startswith(("'s", "\u2019s"), stop):
                    # "Paris Texas" is that Paris; "told Paris Texas would pay" is not.
                    return Beside(regions, after[0][1] == after[1][0] or _LISTED.match(text, stop) is not None)
    before = _BEFORE.search(text, max(0, start - _NEAR), start)
    if before:
        words = before[1].split(" ")
        for name in (before[1], words[-1]):
            code = lexicon.code("NORP", name)
            regions = frozenset({(code, "")}) if code else regions_of(name, lexicon)
            if regions:
                return Beside(regions, listed=False)
    return None
