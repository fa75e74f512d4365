"""What a user knows about names: a table from exact alias to id, read from JSON lines. Pure.

One object a line, UTF-8; blank lines are skipped:

    {"id": "wikidata:Q205012", "label": "Sberbank", "aliases": ["Sber", "SBER"], "type": "ORG"}

`id` is `<scheme>:<id>` (without a colon the scheme is "knowledge"), `type` one of `TYPES`, `aliases` may be left out;
the label is an alias too. An alias matches a name letter for letter, case included; only spaces and the form of quotes
and of composed letters are folded. GPE, LOC and FAC count as one type, because a place is often more than one of them.

An alias that two ids share is a conflict: it links nothing. A wrong link is worse than none.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

_PLACES = frozenset({"GPE", "LOC", "FAC"})
TYPES = _PLACES | {"PERSON", "NORP", "ORG", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW", "LANGUAGE"}
DEFAULT_SCHEME = "knowledge"

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"'})
_ID = re.compile(r"(?:([A-Za-z][\w.-]{0,31}):)?(\S{1,200})", re.ASCII)


class Link(NamedTuple):
    """What a name certainly means. `Entity.ids` gets `{scheme: id}`."""

    scheme: str
    id: str
    label: str


class Problem(NamedTuple):
    """A line that is no entry, counted from 1, and why."""

    line: int
    reason: str


class Conflict(NamedTuple):
    """An alias with more than one id of one type; `lines` say where."""

    alias: str
    type: str
    ids: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Knowledge:
    """The table. Made by `read`; empty by default."""

    links: Mapping[tuple[str, str], Link] = field(default_factory=dict, repr=False)
    """(group of types, folded alias) → link."""
    entries: int = 0
    conflicts: tuple[Conflict, ...] = ()
    version: str = ""
    """Changes whenever the file does; empty when there is none. Part of what made an event."""

    def match(self, name: str, type_: str) -> Link | None:
        """Return what `name` of the entity type `type_` certainly means, or None."""
        return self.links.get((_group(type_), fold(name))) if self.links else None


class Reading(NamedTuple):
    """What a file says, and every line of it that says nothing."""

    knowledge: Knowledge
    problems: tuple[Problem, ...]


def _group(type_: str) -> str:
    return "place" if type_ in _PLACES else type_


def fold(name: str) -> str:
    """Return `name` with single spaces, straight quotes and composed letters; case stays."""
    return " ".join(unicodedata.normalize("NFC", name).translate(_QUOTES).split())


def _is_text(text: str) -> str:
    # Neither a lone surrogate nor a control character can be sent on or stored.
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text) or not text.strip():
        raise ValueError("empty, or holds a control character or half a surrogate pair")
    return text


class _Entry(BaseModel):
    """One line. An unknown field is an error: "alias" for "aliases" would lose names in silence."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, strict=True)

    id: str
    label: str = Field(max_length=500)
    aliases: list[str] = Field(default_factory=list, max_length=1000)
    type: str

    @field_validator("id")
    @classmethod
    def _is_id(cls, value: str) -> str:
        if _ID.fullmatch(_is_text(value)) is None:
            raise ValueError('not "<scheme>:<id>" without spaces, such as "wikidata:Q42"')
        return value

    @field_validator("label")
    @classmethod
    def _is_label(cls, value: str) -> str:
        return _is_text(value)

    @field_validator("aliases")
    @classmethod
    def _are_aliases(cls, value: list[str]) -> list[str]:
        return [_is_text(alias) for alias in value]

    @field_validator("type")
    @classmethod
    def _is_type(cls, value: str) -> str:
        if value not in TYPES:
            raise ValueError(f"not one of {', '.join(sorted(TYPES))}")
        return value


def _parse(line: bytes) -> _Entry | str:
    """Return the entry, or why it is none; the reason never holds the line's text."""
    try:
        return _Entry.model_validate_json(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "not UTF-8"
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            return "no JSON"
        where = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        return f"{where}: {reason}" if where else reason


def read(data: bytes) -> Reading:
    """Read a knowledge file: one entry a line, by the rules of this module. Never raises."""
    problems: list[Problem] = []
    entries: dict[str, tuple[int, _Entry]] = {}
    claims: dict[tuple[str, str], dict[str, int]] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        entry = _parse(line)
        if isinstance(entry, str):
            problems.append(Problem(number, entry))
        elif entry.id in entries:
            problems.append(Problem(number, f"its id is that of line {entries[entry.id][0]} too"))
        else:
            entries[entry.id] = number, entry
            for alias in (entry.label, *entry.aliases):
                claims.setdefault((_group(entry.type), fold(alias)), {})[entry.id] = number
    links = {key: _link(entries[next(iter(ids))][1]) for key, ids in claims.items() if len(ids) == 1}
    conflicts = tuple(
        Conflict(alias, type_, tuple(ids), tuple(ids.values()))
        for (type_, alias), ids in claims.items()
        if len(ids) > 1
    )
    version = hashlib.sha256(data).hexdigest()[:12]
    return Reading(Knowledge(links, len(entries), conflicts, version), tuple(problems))


def _link(entry: _Entry) -> Link:
    match = _ID.fullmatch(entry.id)
    assert match is not None, "_Entry admits nothing else"
    return Link(match[1] or DEFAULT_SCHEME, match[2], fold(entry.label))
