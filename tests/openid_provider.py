"""A small OpenID Connect provider: whoever is `subject` is signed in without being asked."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = "aide-memoire"


class Provider:
    """What the provider says of the person in front of the browser."""

    def __init__(self) -> None:
        self.url = ""
        self.subject = {"sub": "7", "name": "Ada Shade", "email": "ada@zembla.example"}
        self.nonces: dict[str, str] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, code: str) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 600,
            "nonce": self.nonces.pop(code), **self.subject,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return {"access_token": "t", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """Serve a provider on this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            if path == "/authorize":
                code = f"code-{len(provider.nonces)}-{time.monotonic_ns()}"
                provider.nonces[code] = asked["nonce"][0]
                back = urlencode({"code": code, "state": asked["state"][0]})
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
                self.end_headers()
            elif path == "/keys":
                self._send({"keys": [provider.key.as_dict(private=False)]})
            else:
                self._send(provider.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(provider.token(parse_qs(body)["code"][0]))

        def _send(self, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
