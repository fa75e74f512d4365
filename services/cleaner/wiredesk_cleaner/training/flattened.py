"""A page as a sloppy upstream hands it over: no mark-up, every caption, button and teaser, a line each."""

import re
from collections import Counter
from html.parser import HTMLParser

_BLOCKS = frozenset(
    # As the words they are: a list of 47 strings would fill 47 lines.
    """address article aside audio blockquote body br button center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe label legend li main nav ol option p pre section
    summary table tbody td tfoot th thead tr ul video""".split()  # noqa: SIM905
)
_UNSEEN = frozenset("head iframe noscript script select style svg template textarea".split())  # noqa: SIM905
_SCRIPTS = re.compile(r"<(script|style|noscript|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
# An <article> or <main> with less text than this is a teaser or an empty frame.
_LEAST = 500


def flatten(html: str) -> str:
    """Return the visible text of `html` without blank lines, one line a block.

    Of its largest <article> or <main> element, or of the whole page where none holds 500 characters.
    """
    return "\n".join(line for line, inside in visible_lines(html) if inside)


def visible_lines(html: str) -> list[tuple[str, bool]]:
    """Return every visible line of `html`, and whether it is one of its flattened text."""
    dump = _Dump()
    dump.feed(_SCRIPTS.sub(" ", html))
    dump.close()
    dump.end_line()
    sizes = Counter[int]()
    for line, inside in dump.lines:
        sizes.update(dict.fromkeys(inside, len(line)))
    best, size = sizes.most_common(1)[0] if sizes else (0, 0)
    return [(line, size < _LEAST or best in inside) for line, inside in dump.lines]


class _Dump(HTMLParser):
    """Collects lines of text, each with the numbers of the <article> and <main> elements around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[str, tuple[int, ...]]] = []
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._around: list[int] = []
        self._articles = 0

    def end_line(self) -> None:
        line = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if line:
            self.lines.append((line, tuple(self._around)))

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if tag in _BLOCKS:
            self.end_line()
        if tag in {"article", "main"}:
            self._articles += 1
            self._around.append(self._articles)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()
        if tag in _BLOCKS:
            self.end_line()
        if tag in {"article", "main"} and self._around:
            self._around.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._pieces.append(data)
