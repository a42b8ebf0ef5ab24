"""A provider that lies: it answers every code with the ID token that the test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_SECRET = "a secret of the test"  # as tests.browser.provider writes it


class FalseProvider:
    """On loopback, in a thread of the test.

    :ivar claims: of the next ID token; None: the answer has none.
    :ivar key: that signs it.
    :ivar secret: that signs it by HMAC instead, as a forger does by hand; empty: no signature.
    """

    def __init__(self) -> None:
        self._own = RSAKey.generate_key(2048, {"kid": "own"})
        self.key = self._own
        self.secret: bytes | None = None
        self.claims: dict[str, Any] | None = {}
        provider = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = provider._metadata() if "configuration" in self.path else provider._keys()
                self._send(known)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._send(provider._token())

            def _send(self, what: dict[str, Any]) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *given: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def knows(self, sub: str, **claims: Any) -> None:
        """It knows whomever the test claims."""

    def good(self, nonce: str, email: str) -> dict[str, Any]:
        """Claims that let this person in; sets the key right, too."""
        now = int(time.time())
        self.key, self.secret = self._own, None
        return {
            "iss": self.url,
            "aud": "trainweek",
            "sub": email.partition("@")[0],
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
        }

    def public_pem(self) -> bytes:
        """Its public key, which a forger knows."""
        return self._own.as_pem(private=False)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _keys(self) -> dict[str, Any]:
        return {"keys": [self._own.as_dict(private=False)]}

    def _token(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"access_token": "x", "token_type": "Bearer"}
        if self.claims is not None:
            answer["id_token"] = self._signed(self.claims)
        return answer

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.secret is None:
            return jwt.encode({"alg": "RS256", "kid": "own"}, claims, self.key)
        header = {"alg": "HS256" if self.secret else "none", "kid": "own"}
        text = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
        mac = hmac.new(self.secret, text.encode(), hashlib.sha256).digest()
        return f"{text}.{_part(mac) if self.secret else ''}"


def _part(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()
