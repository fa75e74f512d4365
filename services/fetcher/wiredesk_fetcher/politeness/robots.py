"""What a host's robots.txt says: RFC 9309, with Protego for the patterns. Pure: nothing is fetched, no time is read.

The groups are told apart here and only the one that addresses the crawler goes to Protego. It takes seconds over
thousands of agents with thousands of rules each, and lets `User-agent: wire` address Wiredesk.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from string import printable
from urllib.parse import quote, urlsplit

from protego import Protego

from wiredesk_fetcher.charset import fit

# RFC 9309 asks for 500 KiB at least, and for no more than a day of trust in what was got.
MAX_ROBOTS_BYTES = 500 * 1024
KEPT = timedelta(hours=24)
# The product token: what a group must name to address this crawler.
TOKEN = "Wiredesk"  # noqa: S105 - the public kind of token
LONGEST_DELAY = timedelta(seconds=120)
MAX_SITEMAPS = 50
MAX_LICENCES = 5
MAX_EXPRESSION = 200

# No pattern that matches an admitted URL is longer, percent-encoded throughout.
_MAX_LINE = 32 * 1024
# Each is tried on each URL. 500 KiB of them cost half a second for one long URL, this many about a tenth of a second.
_MAX_WILDCARD_RULES = 5_000
_MAX_USAGE_RULES = 100
_MAX_URL = 2_000
# In bytes: to read so many takes about a hundredth of a second, and 500 KiB a third of one.
_LONG = 16 * 1024

_PRINTABLE = "".join(char for char in printable if char.isprintable())
_END = re.compile(r"[\r\n]+")
# With what sites write instead of a field or its colon, as Protego admits it.
_FIELD = re.compile(
    r"\s*(?:(?P<agent>user[- ]?agent)|(?P<allow>allow)|(?P<disallow>diss?all?ow|diasllow|disallaw)"
    r"|(?P<delay>crawl[- ]delay)|(?P<rate>request[- ]rate)|(?P<usage>content-usage)"
    r"|(?P<sitemap>site-?maps?)|(?P<licence>license))(?:\s*:|\s)",
    re.IGNORECASE,
)
_SPELT = {"allow": "Allow", "disallow": "Disallow", "delay": "Crawl-delay", "rate": "Request-rate"}
_AGENT = re.compile(r"[a-z0-9_-]+")
_WILDCARD = re.compile(r"\*|\$$")
_ABSOLUTE = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)


class Access(StrEnum):
    """What the answer for robots.txt means for the host."""

    RULES = "rules"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(slots=True)
class _File:
    # The rules of each agent, in lower case. Agents named together share one list.
    groups: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)
    sitemaps: list[str] = field(default_factory=list)
    # Those outside any group.
    licences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Usage:
    expression: str
    # How long the path is, percent-encoded, and what it matches; 0 and None: every path.
    length: int = 0
    path: Protego | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    rules: Protego
    usages: tuple[_Usage, ...]
    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Robots:
    """What a host admits. Equal when the answers are; whatever the body holds, no method raises.

    `body` is what a store keeps: the file as got, at most 500 KiB of it; empty unless `access` is `rules`. What is
    made again of both is equal and says the same. It is read when it is first asked something.
    """

    access: Access
    body: bytes = field(default=b"", repr=False)
    _files: list[_File] = field(default_factory=list, init=False, compare=False, repr=False)
    _groups: dict[str, _Group] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def takes_long(self) -> bool:
        """Whether it should be asked in a thread: it is long, and nobody has asked it what it says to this crawler."""
        return len(self.body) > _LONG and not self._groups

    @property
    def _file(self) -> _File:
        if not self._files:
            self._files.append(_read(self.body if self.access is Access.RULES else b""))
        return self._files[0]

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Return whether the crawler named `token` may get `url`, an absolute URL of this host.

        robots.txt itself may always be got; what is no URL never.
        """
        try:
            if urlsplit(url).path == "/robots.txt":
                return True
            if self.access is not Access.RULES:
                return self.access is Access.OPEN
            return self._group(token).rules.can_fetch(url, "*")
        except ValueError:
            return False

    def delay(self) -> timedelta | None:
        """Return how long to wait from one request to the next, or None when the host does not say.

        The longer of Crawl-delay and Request-rate, at most two minutes. A rate for some hours of the day holds
        all day.
        """
        rules = self._group(TOKEN).rules
        waits = []
        if (seconds := rules.crawl_delay("*")) is not None:
            waits.append(min(seconds, LONGEST_DELAY.total_seconds()))
        if rate := rules.request_rate("*"):
            # Compared as integers: a quotient of a stranger's numbers may be too large for a float.
            longest = int(LONGEST_DELAY.total_seconds())
            waits.append(longest if rate.seconds >= longest * rate.requests else rate.seconds / rate.requests)
        return timedelta(seconds=max(waits)) if waits else None

    def sitemaps(self) -> tuple[str, ...]:
        """Return the sitemaps named for whatever crawler: absolute http(s) URLs, each once, the first 50."""
        return _urls(self._file.sitemaps, MAX_SITEMAPS)

    def licences(self) -> tuple[str, ...]:
        """Return the licence documents named by RSL's `License`: absolute http(s) URLs, each once, the first 5.

        Those of the group that addresses this crawler; where it has none, those outside any group (RSL 1.0, 4.4).
        """
        return _urls(self._group(TOKEN).licences, MAX_LICENCES) or _urls(self._file.licences, MAX_LICENCES)

    def content_usage(self, url: str) -> str:
        """Return what the longest matching Content-Usage rule (draft-ietf-aipref-attach) says of `url`, as written.

        Rules of equally long paths are joined by `, `. At most 200 characters; empty when nothing is said or `url`
        may not be got, as the draft wants it.
        """
        if not self.allows(url):
            return ""
        usages = [
            usage for usage in self._group(TOKEN).usages if usage.path is None or not usage.path.can_fetch(url, "*")
        ]
        longest = max((usage.length for usage in usages), default=0)
        return ", ".join(usage.expression for usage in usages if usage.length == longest)[:MAX_EXPRESSION]

    def _group(self, token: str) -> _Group:
        name = token.lower()
        if name not in self._groups:
            blocks = self._file.groups.get(name, self._file.groups.get("*", []))
            self._groups[name] = _group([rule for block in blocks for rule in block if rule[1]])
        return self._groups[name]


def of_answer(status: int, body: bytes) -> Robots:
    """Return what an answer for robots.txt, with its body decompressed, means for its host. Never raises.

    A file (2xx) is read. Redirects that do not end (3xx) and no file (4xx) leave everything open, as RFC 9309 says
    in 2.3.1.2 and 2.3.1.3; all else closes the host until it is asked again. So does 429, although it is a 4xx: it
    says nothing of the file but asks to be left alone, and crawling on would be the opposite. A 304 is for whoever
    kept the file, not for here, where it closes the host.
    """
    if 200 <= status < 300:
        if len(body) > MAX_ROBOTS_BYTES:
            body = body[:MAX_ROBOTS_BYTES]
            # A line that is cut says something else: `/private` becomes `/p`.
            body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] or body
        return Robots(Access.RULES, body)
    if 300 <= status < 500 and status not in {304, 429}:
        return Robots(Access.OPEN)
    return Robots(Access.CLOSED)


def unreachable() -> Robots:
    """Return what no answer means: everything is closed until there is one (RFC 9309, 2.3.1.4)."""
    return Robots(Access.CLOSED)


def _read(body: bytes) -> _File:
    file = _File()
    rules: list[tuple[str, str]] | None = None
    is_ruled = False
    for line in _END.split(_text(body[:MAX_ROBOTS_BYTES])):
        found = _FIELD.match(line.partition("#")[0]) if len(line) <= _MAX_LINE else None
        if found is None:
            continue
        kind, value = found.lastgroup or "", line.partition("#")[0][found.end() :].strip()
        if kind == "sitemap":
            file.sitemaps.append(value)
        elif kind != "agent":
            if rules is not None:
                rules.append((kind, value))
                # A licence is no rule: it must not part the agents that are named around it (RFC 9309, 2.2.4).
                is_ruled |= kind != "licence"
            elif kind == "licence":
                file.licences.append(value)
        else:
            if rules is None or is_ruled:
                rules, is_ruled = [], False
            blocks = file.groups.setdefault(_agent(value), [])
            if not blocks or blocks[-1] is not rules:
                blocks.append(rules)
    return file


def _text(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    # What is not UTF-8 keeps its bytes, to be percent-encoded in patterns. Without its NULs, UTF-16 reads as ASCII.
    return body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape").replace("\0", "")


def _agent(value: str) -> str:
    """Return the product token of a User-agent line: without what sites add to it, such as a version."""
    found = _AGENT.match(value.lower().lstrip("*"))
    return found[0] if found else value[:1]


def _group(rules: list[tuple[str, str]]) -> _Group:
    lines = ["User-agent: *"]
    usages: list[_Usage] = []
    licences: list[str] = []
    wildcards = 0
    for kind, value in rules:
        if kind == "licence":
            licences.append(value)
            continue
        if kind == "usage":
            if len(usages) < _MAX_USAGE_RULES and (usage := _usage(value)):
                usages.append(usage)
            continue
        pattern = _quoted(value)
        if wildcard := _WILDCARD.search(pattern):
            wildcards += 1
            if wildcards > _MAX_WILDCARD_RULES:
                # Beyond the bound nothing becomes allowed that the host forbids.
                pattern = (pattern[: wildcard.start()] or "/") if kind == "disallow" else ""
        lines.append(f"{_SPELT[kind]}: {pattern}")
    return _Group(Protego.parse("\n".join(lines)), tuple(usages), tuple(licences))


def _usage(value: str) -> _Usage | None:
    if not value.startswith("/"):
        return _Usage(fit(value))
    path, _, expression = value.replace("\t", " ").partition(" ")
    if not expression.strip():
        return None
    path = _quoted(path)
    return _Usage(fit(expression.strip()), len(path), Protego.parse(f"User-agent: *\nDisallow: {path}"))


def _quoted(pattern: str) -> str:
    """Return `pattern` in printable ASCII: Protego ends lines at characters that RFC 9309 does not."""
    return quote(pattern, safe=_PRINTABLE, errors="surrogateescape")


def _urls(values: Iterable[str], most: int) -> tuple[str, ...]:
    found = (fit(value) for value in values if len(value) <= _MAX_URL and _ABSOLUTE.fullmatch(value))
    return tuple(dict.fromkeys(found))[:most]
