"""Signatures of requests and of the directory of keys: published vectors, and a verifier that knows only the RFC."""

import base64
import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.unit.fetcher.sites import options
from tests.unit.fetcher.verifying import Message, keys_of, members, verified
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_fetcher.politeness.signatures import BotKey, directory, sign_directory
from wiredesk_fetcher.private_key import new_pem
from wiredesk_fetcher.settings import FetcherSettings

# RFC 9421, B.1.4.
SECRET = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
KEYID = "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U"
AGENT = "https://bot.example.org"
# The moment of the drafts' vectors.
CREATED = datetime.fromtimestamp(1735689600, UTC)


@pytest.fixture
def key():
    return BotKey.from_pem(new_pem())


# ---- vectors ----


def test_a_request_is_signed_as_in_the_example_of_the_rfc():
    """RFC 9421, B.2.6."""
    components = [
        ('"date"', "Tue, 20 Apr 2021 02:07:55 GMT"),
        ('"@method"', "POST"),
        ('"@path"', "/foo"),
        ('"@authority"', "example.com"),
        ('"content-type"', "application/json"),
        ('"content-length"', "18"),
    ]
    made = BotKey.from_pem(PEM).signature("sig-b26", components, ';created=1618884473;keyid="test-key-ed25519"')
    assert made == {
        "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WP"
        "pBKRCw==:",
    }


@pytest.mark.parametrize(
    ("component", "expires", "nonce", "signature"),
    [
        (
            '"signature-agent";key="agent2"',
            4889289600,
            "n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==",
            "RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACSanGdhEwYCCg==",
        ),
        (
            '"signature-agent"',
            1735693200,
            "e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLElW1qg==",
            "jdq0SqOwHdyHr9+r5jw3iYZH6aNGKijYp/EstF4RQTQdi5N5YYKrD+mCT1HA1nZDsi6nJKuHxUi/5Syp3rLWBA==",
        ),
    ],
    ids=["dictionary", "string"],
)
def test_a_signature_is_that_of_the_drafts_vectors(component, expires, nonce, signature):
    """draft-ietf-webbotauth-httpsig-protocol-00, test vectors, EdDSA."""
    components = [('"@authority"', "example.com"), (component, '"https://signature-agent.test"')]
    parameters = f';created=1735689600;keyid="{KEYID}";alg="ed25519";expires={expires};nonce="{nonce}"'
    made = BotKey.from_pem(PEM).signature("sig2", components, f'{parameters};tag="web-bot-auth"')
    assert made["Signature"] == f"sig2=:{signature}:"


def test_the_directory_is_that_of_the_drafts_vector():
    """As above, Signed Directory Response: the body, its digest and whose key it is."""
    key = BotKey.from_pem(PEM)
    body = directory([key])
    made = sign_directory([key], body.encode(), "https://signature-agent.test", CREATED)
    assert body == (
        f'{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{KEYID}",'
        '"x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs","use":"sig"}]}'
    )
    assert made["Content-Digest"] == "sha-256=:CADMT2aBdV/rqQr/NIru64ERQkCobVvllA4V0fLFDu0=:"
    assert made["Content-Type"] == "application/http-message-signatures-directory+json"


# ---- requests ----


@pytest.mark.parametrize("as_string", [False, True], ids=["dictionary", "string"])
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example/a?b=1", "news.example"),
        ("https://NEWS.example:443/", "news.example"),
        ("http://news.example:80/", "news.example"),
        ("http://news.example:443/", "news.example:443"),
        ("https://news.example:8443/", "news.example:8443"),
        ("https://news.example.:8443/", "news.example:8443"),
        ("http://[2001:db8::1]:8080/", "[2001:db8::1]:8080"),
    ],
)
def test_a_verifier_that_knows_the_directory_accepts_a_request_at_its_host(key, url, host, *, as_string):
    headers = key.signed(url, CREATED, AGENT, as_string=as_string)
    held = verified(Message({"Host": host, **headers}, host), "sig1", keys_of(directory([key])))
    agent = '"signature-agent"' if as_string else '"signature-agent";key="sig1"'
    assert held.covers == ['"@authority"', agent]
    assert (held.parameters["tag"], held.parameters["alg"]) == ("web-bot-auth", "ed25519")
    created, expires = int(held.parameters["created"]), int(held.parameters["expires"])
    assert (created, expires - created) == (CREATED.timestamp(), 300)
    told = f'"{AGENT}"' if as_string else f'sig1="{AGENT}"'
    assert headers["Signature-Agent"] == told


@pytest.mark.parametrize(
    "changed",
    [
        {"Host": "other.example"},
        {"Signature-Agent": 'sig1="https://thief.example"'},
        {"Signature-Input": ("expires=1735689900", "expires=1999999999")},
        {"Signature-Input": ("web-bot-auth", "another-tag")},
    ],
    ids=["another host", "another agent", "a longer life", "another tag"],
)
def test_a_signature_holds_for_nothing_else(key, changed):
    headers = {"Host": "news.example", **key.signed("https://news.example/", CREATED, AGENT)}
    keys = keys_of(directory([key]))
    verified(Message(headers, ""), "sig1", keys)
    for name, value in changed.items():
        before = headers[name]
        headers[name] = value if isinstance(value, str) else before.replace(*value)
        assert headers[name] != before
    with pytest.raises(InvalidSignature):
        verified(Message(headers, ""), "sig1", keys)


def test_no_two_requests_have_a_nonce_in_common(key):
    made = [key.signed("https://news.example/", CREATED, AGENT) for _ in range(20)]
    keys = keys_of(directory([key]))
    nonces = {verified(Message({"Host": "news.example", **one}, ""), "sig1", keys).parameters["nonce"] for one in made}
    assert len(nonces) == 20
    assert all(len(base64.urlsafe_b64decode(nonce + "==")) == 64 for nonce in nonces)


# ---- the directory ----


def test_each_key_of_a_directory_signs_it_for_its_host_alone(key):
    keys = [key, BotKey.from_pem(new_pem())]
    body = directory(keys).encode() + b"\n"
    made = sign_directory(keys, body, f"{AGENT}:8443", CREATED)
    known = keys_of(body.decode())
    assert list(known) == [one.keyid for one in keys] == [one["kid"] for one in json.loads(body)["keys"]]
    for number, one in enumerate(keys):
        held = verified(Message(made, "bot.example.org:8443"), f"binding{number}", known)
        assert held.covers == ['"@authority";req', '"content-digest"']
        assert held.parameters["keyid"] == one.keyid
        assert held.parameters["tag"] == "http-message-signatures-directory"
        life = timedelta(seconds=int(held.parameters["expires"]) - int(held.parameters["created"]))
        assert life == timedelta(days=90)
        with pytest.raises(InvalidSignature):
            verified(Message(made, "mirror.example"), f"binding{number}", known)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert members(made["Content-Digest"]) == {"sha-256": f":{digest}:"}


def test_a_directory_holds_no_private_half(key):
    assert {name for one in json.loads(directory([key]))["keys"] for name in one} == {"kty", "crv", "kid", "x", "use"}


# ---- keys, as settings give them ----


def test_a_key_of_openssl_is_read(tmp_path):
    path = tmp_path / "bot.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, timeout=60)
    known = keys_of(directory([BotKey.from_pem(path.read_text().rstrip())]))
    assert len(known) == 1


def _pem(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


BAD = {
    "another kind": lambda: _pem(ec.generate_private_key(ec.SECP256R1())),
    "encrypted": lambda: _pem(ed25519.Ed25519PrivateKey.generate(), BestAvailableEncryption(b"word")),
    "public": lambda: (
        ed25519.Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode()
    ),
    "broken": lambda: PEM.replace("MC4CAQ", "MC4CA"),
    "no PEM": lambda: SECRET,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_key_stops_the_start_and_is_not_quoted(monkeypatch, tmp_path, kind):
    path = tmp_path / "bot.pem"
    path.write_text(BAD[kind]())
    monkeypatch.setenv("WIREDESK_FETCHER__BOT_KEY_FILE", str(path))
    monkeypatch.setenv("WIREDESK_FETCHER__BOT_DIRECTORY", AGENT)
    with pytest.raises(ConfigurationError, match="WIREDESK_FETCHER__BOT_KEY_FILE: it is no unencrypted") as told:
        FetcherSettings.load()
    assert "wiredesk sources bot-key" in str(told.value)
    assert not any(line and line in str(told.value) for line in path.read_text().splitlines())


@pytest.mark.parametrize("given", [{"BOT_DIRECTORY": AGENT}, {"BOT_KEY": PEM}], ids=["directory", "key"])
def test_one_half_of_the_two_settings_is_an_error_that_names_both(monkeypatch, given):
    for name, value in given.items():
        monkeypatch.setenv(f"WIREDESK_FETCHER__{name}", value)
    with pytest.raises(ConfigurationError, match=r"BOT_KEY_FILE and WIREDESK_FETCHER__BOT_DIRECTORY belong together"):
        FetcherSettings.load()


@pytest.mark.parametrize(
    "origin",
    [
        "http://bot.example.org",
        "bot.example.org",
        f"{AGENT}/.well-known/http-message-signatures-directory",
        "https://user:word@bot.example.org",
        'https://bot.example.org"',
        "https://bücher.example",
    ],
)
def test_the_directory_is_an_https_host_alone(monkeypatch, origin):
    monkeypatch.setenv("WIREDESK_FETCHER__BOT_KEY", PEM)
    monkeypatch.setenv("WIREDESK_FETCHER__BOT_DIRECTORY", origin)
    with pytest.raises(ConfigurationError, match="WIREDESK_FETCHER__BOT_DIRECTORY: it is no https://host alone"):
        FetcherSettings.load()


def test_settings_that_are_there_and_empty_sign_nothing(monkeypatch):
    for name in ("BOT_KEY", "BOT_KEY_FILE", "BOT_DIRECTORY"):
        monkeypatch.setenv(f"WIREDESK_FETCHER__{name}", "")
    loaded = FetcherSettings.load().fetcher
    assert not loaded.bot_key
    assert loaded.bot_directory == ""


def test_nothing_that_is_printed_shows_the_key():
    given = options(bot_key=PEM, bot_directory=f"{AGENT}/")
    assert given.bot_directory == AGENT
    for text in (repr(given), str(given), given.model_dump_json(), repr(BotKey.from_pem(PEM))):
        assert SECRET not in text
    assert repr(BotKey.from_pem(PEM)) == f"BotKey({KEYID})"
