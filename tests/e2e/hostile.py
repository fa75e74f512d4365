"""A page that attacks whoever looks at it: in every part that is kept, and in ways that parsers disagree about."""

import re

# Each would call `attack` where it came alive. Mutation XSS, foreign content, broken attributes, comments, styles.
PAYLOADS = (
    "<script>attack(1)</script>",
    "<img src=x onerror=attack(2)>",
    "<svg><script>attack(3)</script></svg>",
    "<svg/onload=attack(4)>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=attack(5)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=attack(6)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=attack(7)>",
    "<a href='javascript:attack(8)'>a link</a>",
    "<iframe srcdoc='<script>parent.attack(9)</script>'></iframe>",
    "<template><script>attack(10)</script></template>",
    "<xmp><img src=x onerror=attack(11)></xmp>",
    "<textarea></textarea><img src=x onerror=attack(12)>",
    "'\"><svg onload=attack(13)>",
    "{{ attack(14) }} ${attack(15)} {% raise %}",
    "&lt;script&gt;attack(16)&lt;/script&gt;",
)
MEGABYTE = "harbour " * 130_000
# A bell, a terminal's title, colours, an override that turns what follows, an isolate that is never closed.
CONTROLS = "\x07\x1b]0;owned\x07\x1b[31m\u202e\u2066"
MARKER = "Quillhaven"
# What acts on a terminal, or beside it in a reader: C0 but line end and tab, DEL, C1, other line ends, turned writing.
ACTING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_ESCAPED = {'"': "&quot;", "<": "&lt;", ">": "&gt;"}


def page(*, headline: str = "") -> str:
    """Return the page, with more words in its headline."""
    live = "\n".join(
        f"<p>The council of {MARKER} met on Monday. {payload} It voted on the harbour.</p>" for payload in PAYLOADS
    )
    # As text that a browser shows and a careless page would bring to life again.
    told = "\n".join(
        f"<p>A resident of {MARKER} wrote {escaped(payload)} to the mayor, Ines Tarrow.</p>" for payload in PAYLOADS
    )
    title = f"{MARKER} votes {escaped(PAYLOADS[1])} {CONTROLS} on its harbour"
    return f"""<html lang="en"><head><title>{title}</title>
<meta name="author" content="{escaped(PAYLOADS[3])} {CONTROLS}">
<meta property="og:site_name" content="{escaped(PAYLOADS[12])}">
<meta property="article:section" content="{escaped(PAYLOADS[0])}">
</head><body><article><h1>{title} {headline}</h1>
<h2>{escaped(PAYLOADS[4])}</h2>
{told}
<blockquote><p>{escaped(PAYLOADS[6])} {CONTROLS} said a fisherman of {MARKER}.</p></blockquote>
{live}
</article></body></html>"""


def escaped(payload: str) -> str:
    """Return markup as text."""
    return "".join(_ESCAPED.get(char, char) for char in payload)
