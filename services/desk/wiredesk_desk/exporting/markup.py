"""XML and the HTML inside it, whatever an article holds. Pure."""

import re
from html import escape as html_escaped
from xml.sax.saxutils import escape, quoteattr

# Control characters but white space, and what turns the direction of writing beyond the title's end.
_ACTING = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
# XML 1.0 has no way to write these.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, text: str = "", /, **attributes: str) -> str:
    """Return an element with `text` in it; characters that XML cannot hold are dropped, a carriage return stays one."""
    said = "".join(f" {key}={quoteattr(_writable(value))}" for key, value in attributes.items())
    inside = escape(_writable(text), {"\r": "&#13;"})
    return f"<{name}{said}>{inside}</{name}>" if text else f"<{name}{said}/>"


def on_a_line(text: str) -> str:
    """Return a title as one line, which leaves what a reader shows beside it as it is."""
    return " ".join(_ACTING.sub("", text).split())


def html(text: str) -> str:
    """Return plain text as HTML: a paragraph a line."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(f"<p>{html_escaped(line, quote=False)}</p>" for line in lines if line)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
