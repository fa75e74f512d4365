"""Which lines under the pictures of a page are the article's own: told by where they stand among its blocks. Pure."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from wiredesk_cleaner.html.blocks import FLAGS, Block, Node, ancestors
from wiredesk_cleaner.metadata.pictures import Picture
from wiredesk_cleaner.normalisation import fold, one_line, tidy

# A picture may follow the last paragraph by so many blocks (its caption, a gallery's button) outside of the body.
_BEHIND = 3
# And stand so many blocks above the headline.
_ABOVE = 4
# A card with more blocks than this is no teaser.
_MAX_CARD = 8
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_LEAST_LINK = 20
_LINKED = 0.8
_ARTICLE = 1 << FLAGS.index("article")
_IN_STORY = _ARTICLE | (1 << FLAGS.index("main"))
_CAPTION = 1 << FLAGS.index("figcaption")
# A line is looked for by how it begins.
_KEY, _MAX_PLACES, _MAX_BLOCKS = 12, 20, 12


def own_captions(
    pictures: Iterable[Picture], found: Sequence[Block], chosen: Sequence[Block], headlines: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return for each line under a picture its parts: caption, credits, bylines. Lines of other stories have none.

    `found` are the blocks of the page, `chosen` those of the body, `headlines` what its headline may be. A picture is
    the article's own within the body, between headline and body, or right behind it; no card of another story, and
    no video but the first.
    """
    pictures = [picture for picture in pictures if picture.line]
    if not pictures:
        return {}
    place = _Place(found)
    placed = [(picture, place.spans(picture.line)) for picture in pictures]
    under = {at for _, spans in placed for span in spans for at in span}
    place.hold(chosen, under, headlines)
    lines: dict[str, tuple[str, ...]] = {}
    first = True
    for picture, spans in placed:
        is_other = picture.elsewhere or (picture.plays and not first)
        is_own = not is_other and any(map(place.is_own, spans))
        first = first and not is_own
        if is_own:
            lines[picture.line] = lines.get(picture.line) or picture.parts
        # Where a class alone calls a line a caption, it must be one in its place as well.
        for at in (at for span in spans for at in span if is_own or found[at].flags & _CAPTION):
            lines.setdefault(one_line(found[at].text), ())
    return lines


class _Place:
    """The blocks of one page and where its body stands among them."""

    def __init__(self, found: Sequence[Block]) -> None:
        self._found = found
        self._texts = [_key(block.text) for block in found]
        self._starts: dict[str, list[int]] = defaultdict(list)
        for at, text in enumerate(self._texts):
            self._starts[text[:_KEY]].append(at)
        self._sizes: Counter[int] = Counter()
        self._first, self._last = 0, len(found)
        self._holder: Node | None = None
        self._heads: list[int] = []

    def hold(self, chosen: Sequence[Block], under: Container[int], headlines: Iterable[str]) -> None:
        """Place the body: the `chosen` blocks but those `under` pictures, which may be those of other stories."""
        kept = set(map(id, chosen))
        body = [at for at, block in enumerate(self._found) if id(block) in kept and at not in under]
        if not body:
            return
        blocks = [self._found[at] for at in body]
        for block in blocks:
            # The links of a card are no text of the story.
            if (size := block.chars - block.linked) > 0:
                self._sizes.update(dict.fromkeys(map(id, ancestors(block.node)), size))
        self._first, self._last = body[0], body[-1]
        self._holder = _deepest(blocks, self._sizes)
        heads = {fold(line) for line in headlines if line}
        self._heads = [at for at in range(self._first + 1) if fold(self._found[at].text) in heads]

    def spans(self, line: str) -> list[range]:
        """Where `line` stands: the blocks that make it up, for each of its first places."""
        key = _key(line)
        sizes = range(1, min(_KEY, len(key)) + 1)
        starts = (at for size in sizes for at in self._starts.get(key[:size], ())[:_MAX_PLACES])
        return [range(at, end) for at in starts if (end := self._end(at, key))]

    def _end(self, at: int, rest: str) -> int | None:
        for end in range(at, min(at + _MAX_BLOCKS, len(self._texts))):
            if not rest.startswith(self._texts[end]):
                return None
            rest = rest[len(self._texts[end]) :]
            if not rest:
                return end + 1
        return None

    def is_own(self, span: range) -> bool:
        """Whether the line at `span` is under a picture of the story."""
        if not self._sizes:
            return True
        node = self._found[span.start].node
        if not self._near(span, node):
            return False
        for card in ancestors(node):
            if self._sizes[id(card)]:
                break
            if card.tag == "article" or (span.start > self._first and self._leads_away(card, span)):
                return False
        return True

    def _near(self, span: range, node: Node) -> bool:
        if self._first <= span.start <= self._last:
            return True
        inside = self._holder is not None and any(above is self._holder for above in ancestors(node))
        if span.start > self._last:
            return inside or bool(node.flags & _ARTICLE) or span.start - self._last <= _BEHIND
        return inside or bool(node.flags & _IN_STORY) or any(head - _ABOVE <= span.start for head in self._heads[:1])

    def _leads_away(self, card: Node, span: range) -> bool:
        """Whether `card` is small and has besides the line itself a heading that is all a link."""
        around = list(_within(self._found, card, span))
        return len(around) <= _MAX_CARD and any(
            block.node.tag in _HEADINGS and block.linked >= _LINKED * block.chars and block.chars >= _LEAST_LINK
            for block in around
        )


def _deepest(chosen: Sequence[Block], sizes: Mapping[int, int]) -> Node | None:
    """The deepest element that holds half of the body."""
    half = sum(block.chars - block.linked for block in chosen) / 2
    around = (next((node for node in ancestors(block.node) if sizes[id(node)] >= half), None) for block in chosen)
    return max(filter(None, around), key=lambda node: node.depth, default=None)


def _within(found: Sequence[Block], card: Node, span: range) -> Iterator[Block]:
    """The blocks of `card` around `span`, no more than tell that it is no small one."""
    for steps in (range(span.start - 1, -1, -1), range(span.stop, len(found))):
        for count, at in enumerate(steps):
            if count > _MAX_CARD or not any(above is card for above in ancestors(found[at].node)):
                break
            yield found[at]


def _key(text: str) -> str:
    return "".join(tidy(text).split())
