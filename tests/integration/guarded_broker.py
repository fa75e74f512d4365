"""A broker of one's own with three doors: a plain one, one for certificates, one for tokens."""

import base64
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from wiredesk.client.settings import KafkaSettings
from wiredesk_local.processes.child import free_ports
from wiredesk_local.servers.kafka import KafkaServer

_CA = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
_JAAS = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;"


class Certificates:
    """A certificate authority in a folder, and what it signs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.authority = folder / "ca.pem"
        self._openssl("req", "-x509", "-subj", "/CN=ca", *_CA, "-keyout", "ca.key", "-out", "ca.pem", *self._key())

    def sign(self, name: str, password: str = "") -> tuple[Path, Path]:
        """Return certificate and private key (PKCS #8) for `name` on 127.0.0.1."""
        self._openssl(
            "req", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", "asked.csr", *self._key(password)
        )
        (self.folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "san", "-days", "2"]
        self._openssl("x509", "-req", "-in", "asked.csr", *signed, "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def _key(self, password: str = "") -> list[str]:
        locked = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *locked]

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


class GuardedBroker:
    """`server` is to be started and stopped; the rest says how to reach each door of it."""

    def __init__(self, folder: Path, jars: Sequence[Path], certificates: Certificates) -> None:
        plain, controller, self._certificates, self._tokens = free_ports(4)
        certificate, key = certificates.sign("broker")
        both = folder / "broker.pem"
        both.write_text(key.read_text() + certificate.read_text())
        listeners = ",".join(
            f"{name}://127.0.0.1:{port}"
            for name, port in (("PLAINTEXT", plain), ("CERTS", self._certificates), ("TOKENS", self._tokens))
        )
        tls = "listener.name.certs.ssl"
        self.server = KafkaServer(
            folder / "kafka",
            jars,
            logs=folder / "logs",
            pids=folder / "pids",
            port=plain,
            controller_port=controller,
            properties={
                "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
                "advertised.listeners": listeners,
                "listener.security.protocol.map": (
                    "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CERTS:SSL,TOKENS:SASL_PLAINTEXT"
                ),
                f"{tls}.keystore.type": "PEM",
                f"{tls}.keystore.location": both,
                f"{tls}.truststore.type": "PEM",
                f"{tls}.truststore.location": certificates.authority,
                f"{tls}.client.auth": "required",
                "listener.name.tokens.sasl.enabled.mechanisms": "OAUTHBEARER",
                # Kafka's own check for tests: unsigned tokens with a name and an end.
                "listener.name.tokens.oauthbearer.sasl.jaas.config": _JAAS,
                # With it a connection ends when its token does.
                "listener.name.tokens.oauthbearer.connections.max.reauth.ms": 3_600_000,
            },
            name="kafka-guarded",
        )

    @property
    def open_door(self) -> KafkaSettings:
        return KafkaSettings(bootstrap_servers=[self.server.bootstrap_server], partitions=2)

    def by_certificate(self, **login: object) -> KafkaSettings:
        servers = [f"127.0.0.1:{self._certificates}"]
        return KafkaSettings(**{"bootstrap_servers": servers, "partitions": 2, "security_protocol": "SSL", **login})

    def by_token(self, **login: object) -> KafkaSettings:
        servers = [f"127.0.0.1:{self._tokens}"]
        own = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "OAUTHBEARER"}
        return KafkaSettings(**{"bootstrap_servers": servers, "partitions": 2, **own, **login})


def token(seconds: float = 600) -> str:
    """An unsigned token of `wiredesk` that ends in so many seconds."""
    claims = {"sub": "wiredesk", "iat": int(time.time()) - 1, "exp": int(time.time() + seconds)}
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
    )
    return ".".join(parts) + "."
