"""Requests signed so that a site knows the crawler again: Web Bot Auth, HTTP Message Signatures (RFC 9421) by Ed25519.

Requests: draft-meunier-web-bot-auth-architecture-05, 4.2 to 4.2.2. The directory of the keys:
draft-meunier-http-message-signatures-directory-05, 3, 5.2 and 7.1, with the Content-Digest that
draft-ietf-webbotauth-httpsig-protocol-00, where both go on, asks for. Pure but for the dice of a nonce.
"""

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wiredesk_fetcher.private_key import of_pem

# Registered in section 7 of the directory's draft.
DIRECTORY_PATH = "/.well-known/http-message-signatures-directory"
DIRECTORY_TYPE = "application/http-message-signatures-directory+json"
# The draft wants no more than a day. Whoever reads one along may use it for so long, at the same host.
LIFETIME = timedelta(minutes=5)
# A file on a web server is signed by hand or by cron: as long as a certificate that renews itself.
DIRECTORY_LIFETIME = timedelta(days=90)

_LABEL = "sig1"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class BotKey:
    """A private key, to sign with. Its repr shows the public half alone. Immutable."""

    __slots__ = ("_key", "_x", "keyid")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._x = _unpadded(key.public_key().public_bytes_raw())
        # RFC 7638, and RFC 8037, A.3: the required members, in the order of their names, without white space.
        members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": self._x}, separators=(",", ":"))
        self.keyid = _unpadded(sha256(members.encode()).digest())

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Return the key in `pem`.

        Raises:
            ValueError: there is no Ed25519 key in it.
        """
        return cls(of_pem(pem))

    def __repr__(self) -> str:
        return f"BotKey({self.keyid})"

    def jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key (RFC 8037, 2); `kid` is the thumbprint, as the drafts want it."""
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.keyid, "x": self._x, "use": "sig"}

    def signed(
        self, url: str, now: datetime, agent_url: str, *, as_string: bool = False, nonce: str | None = None
    ) -> dict[str, str]:
        """Return the headers that sign a request for `url`, whatever its method: good at its host for five minutes.

        `agent_url` is the origin whose directory has the key. `as_string` writes it as the drafts before
        architecture-04 had it: some verifiers read only that. `nonce`: 64 random bytes when none is given.
        """
        component = '"signature-agent"' if as_string else f'"signature-agent";key="{_LABEL}"'
        value = f'"{agent_url}"'
        components = [('"@authority"', _authority(url)), (component, value)]
        parameters = _parameters(self, now, LIFETIME, "web-bot-auth", nonce or secrets.token_urlsafe(64))
        return {
            "Signature-Agent": value if as_string else f"{_LABEL}={value}",
            **self.signature(_LABEL, components, parameters),
        }

    def signature(self, label: str, components: Sequence[tuple[str, str]], parameters: str) -> dict[str, str]:
        """Return `Signature-Input` and `Signature` over `components`, identifier and value each (RFC 9421, 2.5, 4).

        `parameters` are those of the signature, serialised, each with its semicolon. All text is ASCII.
        """
        covered = f"({' '.join(identifier for identifier, _ in components)}){parameters}"
        lines = [*components, ('"@signature-params"', covered)]
        base = "\n".join(f"{identifier}: {value}" for identifier, value in lines)
        made = b64encode(self._key.sign(base.encode("ascii"))).decode()
        return {"Signature-Input": f"{label}={covered}", "Signature": f"{label}=:{made}:"}


def directory(keys: Sequence[BotKey]) -> str:
    """Return the directory of `keys` as JSON in one line, always the same for the same keys."""
    return json.dumps({"keys": [key.jwk() for key in keys]}, separators=(",", ":"))


def sign_directory(keys: Sequence[BotKey], body: bytes, agent_url: str, now: datetime) -> dict[str, str]:
    """Return the headers that `body`, the directory of `keys` as a file has it, is served with at `agent_url`.

    One signature a key, good for `DIRECTORY_LIFETIME`, at this host, and for these very bytes without compression.
    """
    digest = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
    components = [('"@authority";req', _authority(agent_url)), ('"content-digest"', digest)]
    made = [
        key.signature(
            f"binding{number}",
            components,
            _parameters(key, now, DIRECTORY_LIFETIME, "http-message-signatures-directory"),
        )
        for number, key in enumerate(keys)
    ]
    return {
        "Content-Type": DIRECTORY_TYPE,
        # As in the draft's example. For so long a verifier goes on with the keys it has.
        "Cache-Control": "max-age=86400",
        "Content-Digest": digest,
        **{name: ", ".join(one[name] for one in made) for name in ("Signature-Input", "Signature")},
    }


def _parameters(key: BotKey, now: datetime, lifetime: timedelta, tag: str, nonce: str = "") -> str:
    created = int(now.timestamp())
    expires = created + int(lifetime.total_seconds())
    said = f';nonce="{nonce}"' if nonce else ""
    return f';created={created};keyid="{key.keyid}";alg="ed25519";expires={expires}{said};tag="{tag}"'


def _authority(url: str) -> str:
    """Return what RFC 9421, 2.2.3 calls `@authority`: the request's Host, in lower case, without a default port."""
    parts = urlsplit(url)
    # aiohttp's Host leaves out the dots at the end of a name.
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def _unpadded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
