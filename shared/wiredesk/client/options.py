"""From `KafkaSettings` to the connection options of an aiokafka client: the one place that knows how to log in."""

import ssl
from typing import Any

from wiredesk.client.hosts import is_loopback
from wiredesk.client.settings import KafkaSettings
from wiredesk.client.tokens import token_provider
from wiredesk.contracts.errors import ConfigurationError

_KAFKA = "WIREDESK_KAFKA__"


def client_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the connection options every aiokafka client takes.

    Raises:
        ConfigurationError: the CA bundle, the certificate or its key cannot be read.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers,
        "security_protocol": kafka.security_protocol,
    }
    if kafka.security_protocol.endswith("SSL"):
        options["ssl_context"] = tls_context(kafka)
    if kafka.security_protocol.startswith("SASL_"):
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
        options["sasl_oauth_token_provider"] = token_provider(kafka)
    return options


def tls_context(kafka: KafkaSettings) -> ssl.SSLContext:
    """Return the context that checks the servers' certificates, and shows ours where there is one.

    Raises:
        ConfigurationError: the CA bundle, the certificate or its key cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=kafka.ssl_cafile or None)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigurationError(f"no CA bundle in {kafka.ssl_cafile} ({why}): set {_KAFKA}SSL_CAFILE") from None
    if kafka.ssl_certfile:
        password = kafka.ssl_key_password.get_secret_value() if kafka.ssl_key_password else ""
        try:
            # Always a password: without one OpenSSL would ask for it on the terminal.
            context.load_cert_chain(kafka.ssl_certfile, kafka.ssl_keyfile, lambda: password)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ConfigurationError(
                f"no certificate in {kafka.ssl_certfile} with its key in {kafka.ssl_keyfile} ({why}): set "
                f"{_KAFKA}SSL_CERTFILE, {_KAFKA}SSL_KEYFILE and, for an encrypted key, {_KAFKA}SSL_KEY_PASSWORD"
            ) from None
    return context


def exposed(kafka: KafkaSettings) -> str | None:
    """Say what of a login others on the network can read, or return None."""
    away = [server for server in kafka.bootstrap_servers if not is_loopback(server.rpartition(":")[0])]
    if kafka.security_protocol != "SASL_PLAINTEXT" or not away:
        return None
    what = {"PLAIN": "the password goes", "OAUTHBEARER": "the token goes"}.get(
        kafka.sasl_mechanism, "what the password can be guessed from goes"
    )
    return f"{what} unencrypted to {', '.join(away)}, and so do all articles"


EXPOSED_TODO = f"Set {_KAFKA}SECURITY_PROTOCOL=SASL_SSL, and give the broker a TLS listener."
