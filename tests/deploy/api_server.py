"""A real kube-apiserver with its etcd, and nothing else of a cluster: it says whether it would take an object.

It knows what no schema says: that a network lies within another, that a name may be one.
"""

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from wiredesk_local.processes.child import free_ports

NAMESPACE = "news"
_TOKEN = "made-up_for-this"
_START_SECONDS = 90.0
_PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}


class ApiServer:
    """A server that answers on loopback."""

    def __init__(self, port: int) -> None:
        self.defined: set[str] = set()
        self._address = f"https://127.0.0.1:{port}"
        context = ssl.create_default_context()
        # It signs its own certificate at every start.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def refusal(self, one: dict[str, Any]) -> str:
        """Return why it would not take this object, or of what it would warn; empty when it would take it."""
        version = one["apiVersion"]
        kinds = _PLURALS.get(one["kind"], f"{one['kind'].lower()}s")
        path = f"{'apis' if '/' in version else 'api'}/{version}/namespaces/{NAMESPACE}/{kinds}"
        status, answer, warning = self.ask("POST", f"{path}?dryRun=All&fieldValidation=Strict", one)
        said = str(answer.get("message", answer)) if status != 201 else warning
        return f"{one['kind']} {one['metadata']['name']}: {said}" if said else ""

    def define(self, folder: Path) -> None:
        """Let it know the kinds that a folder's CustomResourceDefinitions define."""
        for path in sorted(folder.glob("*.yaml")):
            for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                if document and document["kind"] == "CustomResourceDefinition":
                    self._define(document)

    def _define(self, definition: dict[str, Any]) -> None:
        of_definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        status, answer, _ = self.ask("POST", of_definitions, definition)
        assert status == 201, answer
        spec = definition["spec"]
        self.defined.add(spec["names"]["kind"])
        version = f"apis/{spec['group']}/{spec['versions'][0]['name']}/namespaces/{NAMESPACE}"
        self.wait_for(f"{version}/{spec['names']['plural']}")

    def wait_for(self, path: str) -> None:
        """Return when `path` is answered."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                status, answer, _ = self.ask("GET", path)
            except OSError as error:
                status, answer = 0, {"message": str(error)}
            if status == 200:
                return
            assert time.monotonic() < deadline, (path, answer)
            time.sleep(0.2)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any], str]:
        """Return status, answer and warning."""
        request = urllib.request.Request(
            f"{self._address}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {_TOKEN}", "content-type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read()), answer.headers.get("warning", "")
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
                # Of a kind that it does not know yet it says so in plain words.
                return error.code, json.loads(text) if text.startswith("{") else {"message": text}, ""


@contextmanager
def api_server(programs: tuple[str, str], folder: Path, definitions: Path) -> Iterator[ApiServer]:
    """Run kube-apiserver and etcd (`programs`) with data in `folder`, and let it know the operators' kinds."""
    server, etcd = programs
    store, peers, port = free_ports(3)
    key, tokens = folder / "accounts.key", folder / "tokens.csv"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    tokens.write_text(f'{_TOKEN},test,test,"system:masters"\n')
    stored = f"http://127.0.0.1:{store}"
    of_peers = f"http://127.0.0.1:{peers}"
    with (
        _running(
            folder / "etcd.log",
            *(etcd, "--data-dir", str(folder / "etcd"), "--listen-client-urls", stored),
            *("--advertise-client-urls", stored, "--listen-peer-urls", of_peers),
            *("--initial-advertise-peer-urls", of_peers, "--initial-cluster", f"default={of_peers}"),
        ),
        _running(
            folder / "server.log",
            *(server, "--etcd-servers", stored, "--bind-address", "127.0.0.1", "--secure-port", str(port)),
            *("--cert-dir", str(folder / "certificates"), "--token-auth-file", str(tokens)),
            *("--service-account-issuer", "https://test.invalid", "--service-account-key-file", str(key)),
            *("--service-account-signing-key-file", str(key), "--service-cluster-ip-range", "10.96.0.0/16"),
            *("--authorization-mode", "RBAC", "--disable-admission-plugins", "ServiceAccount"),
        ),
    ):
        found = ApiServer(port)
        found.wait_for("api/v1/namespaces")
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        assert found.ask("POST", "api/v1/namespaces", body)[0] == 201
        found.define(definitions)
        yield found


@contextmanager
def _running(log: Path, *command: str) -> Iterator[None]:
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def refusals(server: ApiServer, objects: Iterable[dict[str, Any]], optional: Collection[str]) -> list[str]:
    """Return what it says against any of these objects; those of an `optional` kind it need not know."""
    asked = [one for one in objects if one["kind"] not in optional or one["kind"] in server.defined]
    return [said for one in asked if (said := server.refusal(one))]
