"""The key that requests are signed with: Ed25519 as PKCS #8 in PEM (RFC 8410), as `openssl genpkey` writes it too."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


def of_pem(pem: str) -> Ed25519PrivateKey:
    """Return the key in `pem`. Pure.

    Raises:
        ValueError: it is another kind of key, an encrypted one, or none. The message quotes nothing of it.
    """
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is no unencrypted private key of the kind Ed25519 in PEM")  # noqa: TRY004 - of the text
    return key


def new_pem() -> str:
    """Return a new key, by the dice of the system."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
