"""Tokens for OAUTHBEARER: from a file that something else keeps fresh, or from an OAuth 2 token endpoint.

A token is asked for at each login, so a connection that the broker ends with the token's life comes back by itself.
"""

import asyncio
import base64
import functools
import http.client
import json
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

from wiredesk.client.settings import KafkaSettings

# A token is no longer used when a fifth of its life is left: clocks differ, and a login takes its time.
_USED_UP = 0.8
_LIFE_SECONDS = 300.0
_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 256 * 1024


class NoTokenError(KafkaError):  # type: ignore[misc]
    """No token can be had now. aiokafka takes it for a failed connection and tries again; it holds no secret."""


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """The token in a file, read anew each time (Kubernetes and others replace such files)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """Return it; raises NoTokenError."""
        try:
            token = (await asyncio.to_thread(self._path.read_text, encoding="ascii")).strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NoTokenError(f"no token in {self._path} ({why}): see WIREDESK_KAFKA__SASL_OAUTH_TOKEN_FILE") from None
        if not token:
            raise NoTokenError(f"{self._path} is empty: see WIREDESK_KAFKA__SASL_OAUTH_TOKEN_FILE")
        return token


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens from an endpoint (RFC 6749, 4.4), each used until its life nears the end. Safe for threads and loops."""

    def __init__(self, url: str, client_id: str, secret: str, scope: str | None, cafile: str | None) -> None:
        self._url = url
        pair = ":".join(map(urllib.parse.quote_plus, (client_id, secret)))
        self._authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._cafile = cafile
        self._one_at_a_time = threading.Lock()
        self._token = ""
        self._until = 0.0

    async def token(self) -> str:
        """Return one; raises NoTokenError."""
        return await asyncio.to_thread(self._current)

    def _current(self) -> str:
        with self._one_at_a_time:
            asked = time.monotonic()
            if asked >= self._until:
                answer = self._ask()
                try:
                    life = float(answer.get("expires_in", _LIFE_SECONDS))
                    self._token, self._until = str(answer["access_token"]), asked + _USED_UP * life
                except (KeyError, TypeError, ValueError):
                    raise self._failed("its answer holds no token") from None
            return self._token

    def _ask(self) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - https, or http on loopback: the settings refuse others
            self._url,
            data=urllib.parse.urlencode(self._form).encode(),
            headers={"Authorization": self._authorization, "Accept": "application/json"},
        )
        context = ssl.create_default_context()
        try:
            if self._cafile:
                # Beside the system's: the endpoint need not be of the house that runs Kafka.
                context.load_verify_locations(self._cafile)
            opener = urllib.request.build_opener(_NoRedirects, urllib.request.HTTPSHandler(context=context))
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                found = json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                raise self._failed(f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._failed(str(getattr(error, "reason", "") or type(error).__name__)) from None
        return found if isinstance(found, dict) else {}

    def _failed(self, why: str) -> NoTokenError:
        names = "WIREDESK_KAFKA__SASL_OAUTH_TOKEN_URL, …_CLIENT_ID, …_CLIENT_SECRET and …_SCOPE"
        return NoTokenError(f"{urllib.parse.urlsplit(self._url).netloc} gives no token ({why}): see {names}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the client's secret to whatever host it names."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none: it stays an HTTPError with its code."""


def token_provider(kafka: KafkaSettings) -> AbstractTokenProvider | None:
    """Return where the tokens come from, None where the login needs none; equal endpoints share their tokens."""
    if not kafka.security_protocol.startswith("SASL_") or kafka.sasl_mechanism != "OAUTHBEARER":
        return None
    if kafka.sasl_oauth_token_file:
        return TokenFile(Path(kafka.sasl_oauth_token_file))
    secret = kafka.sasl_oauth_client_secret
    return _credentials(
        kafka.sasl_oauth_token_url or "",
        kafka.sasl_oauth_client_id or "",
        secret.get_secret_value() if secret else "",
        kafka.sasl_oauth_scope,
        kafka.ssl_cafile,
    )


# Every client of a process, a service has five, would otherwise ask for tokens of its own.
_credentials = functools.lru_cache(maxsize=8)(ClientCredentials)
