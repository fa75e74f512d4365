"""An OAuth 2 token endpoint on loopback that gives tokens to one client."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

CLIENT, SECRET = "desk", "s3cret+/:"


class Endpoint:
    """`answer` says what it gives (status, headers, body); `forms` is what it was asked with."""

    def __init__(self, give: Callable[[], dict[str, object]]) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.answer: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (200, {}, json.dumps(give()).encode())
        self.url = ""


@contextmanager
def endpoint(give: Callable[[], dict[str, object]]) -> Iterator[Endpoint]:
    """Serve what `give` returns as JSON to whoever knows CLIENT and SECRET (both form-encoded in Basic, RFC 6749)."""
    here = Endpoint(give)
    expected = "Basic " + base64.b64encode(b"desk:s3cret%2B%2F%3A").decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            here.forms.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            known = self.headers["Authorization"] == expected
            status, headers, body = here.answer() if known else (401, {}, b"{}")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        here.url = f"http://127.0.0.1:{server.server_port}/token"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield here
        finally:
            server.shutdown()
            serving.join()
