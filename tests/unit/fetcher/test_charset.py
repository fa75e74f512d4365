"""How bytes become text."""
# ruff: noqa: RUF001 - other scripts are the point

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_fetcher.charset import decode, fit


def page(charset: str, text: str = "Düsseldorf") -> str:
    return f'<html><head><meta charset="{charset}"></head><body>{text}</body></html>'


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        pytest.param("Düsseldorf".encode(), "text/html; charset=utf-8", "Düsseldorf", id="http"),
        pytest.param("Düsseldorf".encode("latin-1"), "text/html; charset=ISO-8859-1", "Düsseldorf", id="http latin-1"),
        pytest.param(b"\x93Peace\x94", "text/html; charset=latin1", "“Peace”", id="latin-1 means Windows-1252"),
        pytest.param(codecs.BOM_UTF8 + "Düsseldorf".encode(), "text/html; charset=latin1", "Düsseldorf", id="BOM wins"),
        pytest.param("\ufeffДень".encode("utf-16-le"), "text/html", "День", id="UTF-16 LE by BOM"),
        pytest.param("\ufeffДень".encode("utf-16-be"), "text/html; charset=utf-8", "День", id="UTF-16 BE by BOM"),
        pytest.param("День".encode("utf-16-le"), "text/html; charset=utf-16le", "День", id="UTF-16 without BOM"),
        pytest.param(page("windows-1251", "День").encode("cp1251"), "text/html", "День", id="meta"),
        pytest.param(page("latin1").encode(), "text/html; charset=utf-8", "Düsseldorf", id="http before meta"),
        pytest.param(page("utf-16").encode(), "text/html", "Düsseldorf", id="meta cannot mean UTF-16"),
        pytest.param(page("gb2312", "新闻").encode("gb18030"), "text/html", "新闻", id="gb2312 means gb18030"),
        pytest.param(page("shift_jis", "ニュース").encode("cp932"), "text/html", "ニュース", id="Shift JIS"),
        pytest.param("Düsseldorf".encode(), "text/html", "Düsseldorf", id="nothing said: UTF-8"),
        pytest.param("Düsseldorf".encode("cp1252"), "text/html", "Düsseldorf", id="nothing said: Windows-1252"),
        pytest.param(page("nonsense").encode(), "text/html; charset=nonsense", "Düsseldorf", id="unknown names"),
    ],
)
def test_the_charset_is_found(body, content_type, found):
    assert found in decode(body, content_type)


@pytest.mark.parametrize("name", ["utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "hex", "zlib"])
def test_a_codec_that_is_no_web_encoding_is_not_used(name):
    body = page(name, r"+AGE- \u0061 " + "a" * 50).encode()
    assert r"+AGE- \u0061 " in decode(body, f"text/html; charset={name}")


def test_broken_utf8_keeps_the_rest():
    assert decode(b"Mayor \xc3( and \xc0\xaf resigns", "text/html; charset=utf-8").count("\ufffd") >= 2
    assert "resigns" in decode(b"Mayor \xc3( resigns", "text/html; charset=utf-8")


@given(st.binary(max_size=200), st.sampled_from(["", "text/html", "text/html; charset=utf-16le", "a; charset=gbk"]))
def test_whatever_the_bytes_the_text_can_be_carried(body, content_type):
    text = decode(body, content_type)
    assert "\x00" not in text
    text.encode("utf-8")


def test_nul_and_lone_surrogates_are_replaced_and_nothing_else():
    assert fit("a\x00b\ud800c\udfffd 😀 é") == "a\ufffdb\ufffdc\ufffdd 😀 é"


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=iso-8859-1"])
def test_utf_8_under_the_declaration_that_the_page_had_before_is_utf_8(content_type):
    body = '<meta charset="iso-8859-15"><p>La sanción de Núñez llegó tarde</p>'.encode()
    assert "La sanción de Núñez llegó tarde" in decode(body, content_type)


@pytest.mark.parametrize("text", ["Ã© la carte", "Привет, мир. Это новость.", "la sanción llegó"])
def test_what_is_not_plainly_utf_8_is_what_it_says(text):
    encoding = "cp1251" if text[0] == "П" else "cp1252"
    assert decode(text.encode(encoding), f"text/html; charset={encoding}") == text
