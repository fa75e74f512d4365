"""A verifier of HTTP message signatures, written from RFC 9421 and RFC 7638: it shares no code with the signer."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_STRING = r'"(?:[^"\\]|\\.)*"'
_MEMBER = re.compile(rf"([a-z*][a-z0-9_.*-]*)=((?:{_STRING}|[^\",])*)(?:,\s*|$)")
_INPUT = re.compile(rf"\(((?:{_STRING}|[^\")])*)\)(.*)")
_COMPONENT = re.compile(rf"({_STRING})((?:;[a-z]+(?:={_STRING})?)*)(?: |$)")
_PARAMETER = re.compile(rf";([a-z]+)(?:=({_STRING}|[0-9]+))?")


@dataclass(frozen=True)
class Message:
    """What a verifier sees: header fields, and for an answer (`@authority;req`) whom the request was for."""

    fields: Mapping[str, str]
    authority: str


@dataclass(frozen=True)
class Verified:
    """One signature that held: the identifiers of what it covers, and its parameters."""

    covers: Sequence[str]
    parameters: Mapping[str, str]


def members(field: str) -> dict[str, str]:
    """Return the members of a dictionary field (RFC 8941, 3.2), values as written."""
    found = _MEMBER.findall(field)
    assert ", ".join(f"{key}={value}" for key, value in found) == field
    return dict(found)


def keys_of(directory: str) -> dict[str, Ed25519PublicKey]:
    """Return the keys of a JWK set by their thumbprint (RFC 7638, 3; RFC 8037, 2)."""
    found = {}
    for key in json.loads(directory)["keys"]:
        assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
        canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{key["x"]}"}}'
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
        found[thumbprint] = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    return found


def verified(message: Message, label: str, keys: Mapping[str, Ed25519PublicKey]) -> Verified:
    """Return what the signature `label` covers (RFC 9421, 3.2).

    Raises:
        InvalidSignature: it does not hold.
    """
    fields = {name.lower(): value for name, value in message.fields.items()}
    signed = members(fields["signature-input"])[label]
    shape = _INPUT.fullmatch(signed)
    assert shape is not None
    parameters = {name: value.strip('"') for name, value in _PARAMETER.findall(shape[2])}
    components = _COMPONENT.findall(shape[1])
    assert " ".join(name + options for name, options in components) == shape[1]
    covers = [name + options for name, options in components]
    assert len(set(covers)) == len(covers)
    lines = [f"{name}{options}: {_value(message, fields, name, options)}" for name, options in components]
    base = "\n".join([*lines, f'"@signature-params": {signed}'])
    signature = members(fields["signature"])[label]
    assert signature[0] == signature[-1] == ":"
    keys[parameters["keyid"]].verify(base64.b64decode(signature[1:-1], validate=True), base.encode("ascii"))
    return Verified(covers, parameters)


def _value(message: Message, fields: Mapping[str, str], name: str, options: str) -> str:
    match (name.strip('"'), dict(_PARAMETER.findall(options))):
        case ("@authority", {"req": _}):
            return message.authority
        case ("@authority", _):
            # 2.2.3: of the Host header, in lower case; nobody here asks a default port.
            return fields["host"].lower()
        case (field, {"key": key}):
            return members(fields[field])[key.strip('"')]
        case (field, _):
            return fields[field].strip()
