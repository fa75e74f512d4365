"""Text with its entities in the colour of their type; with the type in brackets where there are no colours."""

from rich.console import Console
from rich.text import Text

from wiredesk.contracts.events import ArticleCleaned
from wiredesk_desk.output import plain
from wiredesk_desk.views.colours import marks, type_colour


def style(type_: str) -> str:
    """Return rich's style of an entity type."""
    return f"black on {type_colour(type_)}"


def marked(console: Console, article: ArticleCleaned, field: str, limit: int | None = None) -> Text:
    """Return a field of `article` with its entities marked, all of it or the whole words within `limit` characters."""
    text = str(getattr(article, field))
    end = len(text)
    if limit is not None and end > limit:
        end = max(text.rfind(" ", 0, limit), 0) or limit
    shown, at = Text(), 0
    for mark in marks(article, field):
        if mark.end > end:
            break
        shown.append(plain(text[at : mark.start]))
        shown.append(plain(text[mark.start : mark.end]), None if console.no_color else style(mark.type))
        if console.no_color:
            shown.append(f" [{plain(mark.type)}]")
        at = mark.end
    shown.append(plain(text[at:end]))
    return shown.append(" …") if end < len(text) else shown
