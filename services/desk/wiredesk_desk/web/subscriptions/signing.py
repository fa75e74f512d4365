"""Webhook messages as Standard Webhooks has them: headers, signature, when to try again. Pure."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta

PREFIX = "whsec_"
_BYTES = 32
# As Standard Webhooks has it: who could guess a shorter one could sign.
LEAST_BYTES, MOST_BYTES = 24, 64
TYPE = "article.enriched"
# The schedule that Standard Webhooks proposes: some three days in all, then it is dead.
SCHEDULE = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)


def new_secret() -> str:
    """Return a secret to sign with."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def body(event: str, at: datetime) -> bytes:
    """Return the message of an enriched event, which is given as JSON."""
    head = json.dumps({"type": TYPE, "timestamp": at.isoformat()})
    return f'{head[:-1]}, "data": {event}}}'.encode()


def headers(message_id: str, at: datetime, content: bytes, secret: str) -> dict[str, str]:
    """Return the headers of a message: `webhook-id` is the same whenever it is sent again, and signed with the rest."""
    seconds = str(int(at.timestamp()))
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": signature(message_id, seconds, content, secret),
    }


def signature(message_id: str, timestamp: str, content: bytes, secret: str) -> str:
    """Return the signature: HMAC-SHA256 of id, seconds and body, joined by dots.

    Raises:
        ValueError: the secret is no `whsec_` and base64.
    """
    signed = b".".join((message_id.encode(), timestamp.encode(), content))
    return f"v1,{base64.b64encode(hmac.new(key(secret), signed, hashlib.sha256).digest()).decode()}"


def key(secret: str) -> bytes:
    """Return the bytes that a secret stands for.

    Raises:
        ValueError: the secret is no `whsec_` and base64.
    """
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError("a secret is whsec_ and base64") from None


def again_in(attempts: int) -> timedelta | None:
    """Return when to try again after so many tries that failed; None: never."""
    return SCHEDULE[attempts - 1] if attempts <= len(SCHEDULE) else None
