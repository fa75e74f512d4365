"""From bytes to Unicode: byte order mark, then HTTP's word, then the page's, then UTF-8, then Windows-1252. Pure.

An encoding of one byte a character is believed only of what is not plainly UTF-8: saved and converted pages keep the
declaration that they had.
"""

import codecs
import contextlib
import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

_FALLBACK = "cp1252"
# The encodings of the WHATWG Encoding Standard, by Python's names. Others are not decoded on a stranger's word:
# idna and punycode take quadratic time, unicode_escape makes characters out of escapes.
_OF_MANY_BYTES = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030"),
        *("big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp"),
    )
)
# What each byte means where one is a character. To a decoder those without a meaning are errors, which take thirty
# times as long: a page of nothing else would hold everybody up.
_OF_ONE_BYTE = {
    codecs.lookup(name).name: bytes(range(256)).decode(name, "replace")
    for name in (
        *("cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
}
# So many bytes beyond one a character: three letters with accents or more.
_TELLING_BYTES = 3
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def decode(body: bytes, content_type: str) -> str:
    """Return `body` as text. Undecodable bytes, NUL and lone surrogates become U+FFFD; never raises."""
    bom, _ = read_bom(body)
    name = _known(bom) or _known(http_content_type_encoding(content_type)) or _known(_declared(body))
    text = _plainly_utf_8(body) if name in _OF_ONE_BYTE else None
    if text is None:
        text = _decoded(body, name) if name else _guess(body)
    # None of these decoders makes a lone surrogate, so this is all that `fit` would find.
    return text.removeprefix("\ufeff").replace("\0", "\ufffd")


def fit(text: str) -> str:
    """Return `text` with the characters that JSON or PostgreSQL cannot carry replaced by U+FFFD."""
    # Nearly all text is fit, and an encoder sees that ten times faster than an expression.
    with contextlib.suppress(UnicodeEncodeError):
        text.encode()
        if "\0" not in text:
            return text
    return _UNFIT.sub("\ufffd", text)


def _known(name: str | None) -> str | None:
    return name if name in _OF_MANY_BYTES or name in _OF_ONE_BYTE else None


def _declared(body: bytes) -> str | None:
    name: str | None = html_body_declared_encoding(body)
    # A page whose declaration could be read as ASCII is not in UTF-16, whatever it says.
    return "utf-8" if name and name.startswith("utf-16") else name


def _plainly_utf_8(body: bytes) -> str | None:
    """Return a body that is said to have one byte a character as text where it is UTF-8 after all.

    Letters of another encoding do not make so many sequences of UTF-8 and nothing else by chance.
    """
    text = None if body.isascii() else _utf_8(body)
    return text if text is not None and len(body) - len(text) >= _TELLING_BYTES else None


def _utf_8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _guess(body: bytes) -> str:
    text = _utf_8(body)
    return _decoded(body, _FALLBACK) if text is None else text


def _decoded(body: bytes, name: str) -> str:
    if table := _OF_ONE_BYTE.get(name):
        return codecs.charmap_decode(body, "replace", table)[0]
    return body.decode(name, "replace")
