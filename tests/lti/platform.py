"""A learning platform on loopback for tests: it signs launches, lists members, and takes scores."""

import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from jwcrypto.jwk import JWK

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ISSUER, CLIENT, DEPLOYMENT = "https://school.example", "client-1", "deployment-1"


class Page(list[Any]):
    """A list with the address of the next page, "" for none."""

    def __init__(self, rows: list[Any], more: str) -> None:
        super().__init__(rows)
        self.more = more


@cache
def make_key(kid: str, owner: str = "platform") -> JWK:
    """An RSA key, made once in each test run, because that takes long."""
    return JWK.generate(kty="RSA", size=2048, kid=kid, alg="RS256")


@dataclass
class Platform:
    """State of the platform. scores: as received, newest last. status: with which it answers calls for scores.

    ids: what it names in a registration. next_keys: what it names as its keys in the next answers, in place of its own.

    token: what it hands out and takes. lifetime: of a token. score_requests: how many calls for scores came.
    """

    origin: str = ""
    key: JWK = field(default_factory=lambda: make_key("k1"))
    members: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    registrations: list[dict[str, Any]] = field(default_factory=list)
    line_items: list[dict[str, Any]] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    next_claims: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    ids: dict[str, Any] = field(
        default_factory=lambda: {
            "issuer": "https://other.example",
            "client_id": "made-by-platform",
            "deployment_id": "d-9",
        }
    )
    token: str = "token-1"
    lifetime: int | None = 3600
    key_requests: int = 0
    next_keys: list[list[object]] = field(default_factory=list)
    score_requests: int = 0
    token_requests: list[dict[str, str]] = field(default_factory=list)

    def claims(self, nonce: str, /, *, now: float, role: str = "Learner", **changes: Any) -> dict[str, Any]:
        """The claims of a launch of a link. A change to None leaves the claim out."""
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "user-1",
            "iat": int(now),
            "exp": int(now) + 300,
            "nonce": nonce,
            "given_name": "Ana",
            "family_name": "Ruiz",
            "email": "ana@school.example",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "https://testserver/lti/launch/",
            f"{CLAIM}roles": [f"{MEMBERSHIP}{role}"],
            f"{CLAIM}context": {"id": "course-1", "title": "Civics"},
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Police records"},
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitem": f"{self.origin}/items/1?type=quiz",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{self.origin}/members",
                "service_versions": ["2.0"],
            },
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def signed(self, claims: dict[str, Any], *, key: JWK | None = None, alg: str = "RS256") -> str:
        """The message as the browser carries it."""
        key = key or self.key
        if alg == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": key["kid"]})
        if alg == "HS256":
            return jwt.encode(claims, "a" * 40, algorithm="HS256", headers={"kid": key["kid"]})
        return jwt.encode(claims, key.get_op_key("sign"), algorithm=alg, headers={"kid": key["kid"]})

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """The reply to a call of the site."""
        path = urlsplit(target).path
        if path == "/keys":
            self.key_requests += 1
            if self.next_keys:
                return 200, {"keys": self.next_keys.pop(0)}
            return 200, {"keys": [json.loads(self.key.export_public())]}
        if path == "/token":
            data = {name: value for name, [value] in parse_qs(body.decode()).items()}
            self.token_requests.append(data)
            return 200, {"access_token": self.token, "expires_in": self.lifetime}
        if path == "/favicon.ico":
            return 200, ""
        if path == "/auth":
            return 200, self.launch_page(parse_qs(urlsplit(target).query))
        if path == "/return":
            self.content.append(parse_qs(body.decode())["JWT"][0])
            return 200, '<!doctype html><html lang="en"><title>Course</title><main><h1>Added to the course</h1></main>'
        if path == "/config":
            return 200, self.configuration()
        if path == "/register":
            self.registrations.append({"token": headers.get("Authorization"), **json.loads(body)})
            tool = "https://purl.imsglobal.org/spec/lti-tool-configuration"
            return 200, {"client_id": self.ids["client_id"], tool: {"deployment_id": self.ids["deployment_id"]}}
        self.score_requests += path.endswith("/scores")
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {}
        if path == "/members":
            return 200, {"members": self.members}
        if self.status != 200:
            return self.status, {}
        if path == "/items" and method == "POST":
            self.line_items.append({**json.loads(body), "id": f"{self.origin}/items/{len(self.line_items) + 2}"})
            return 201, self.line_items[-1]
        if path == "/items":
            # In pages of one, and without a filter, as some platforms do it.
            place = int(parse_qs(urlsplit(target).query).get("page", ["0"])[0])
            more = f"{self.origin}/items?page={place + 1}" if place + 1 < len(self.line_items) else ""
            return 200, Page(self.line_items[place : place + 1], more)
        if re.fullmatch(r"/items/\d+/scores", path) and method == "POST":
            self.scores.append({**json.loads(body), "item": path.split("/")[2]})
            return 200, {}
        return 404, {}

    def launch_page(self, asked: dict[str, list[str]]) -> str:
        """The page of the platform whose button carries the signed message to the site. `next_claims` change it."""
        claims = self.claims(asked["nonce"][0], now=time.time(), **self.next_claims)
        fields = {"state": asked["state"][0], "id_token": self.signed(claims)}
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        return (
            '<!doctype html><html lang="en"><title>Course</title>'
            f'<form method="post" action="{asked["redirect_uri"][0]}">{inputs}<button>Open Footnote</button></form>'
        )

    def configuration(self) -> dict[str, Any]:
        """The platform's own description, for a dynamic registration."""
        return {
            "issuer": self.ids["issuer"],
            "authorization_endpoint": "https://other.example/auth",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "registration_endpoint": f"{self.origin}/register",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "moodle"},
        }


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Platform]:
    """A platform that answers on loopback; over https with a context of a server."""
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, reply = platform.answer(self.command, self.path, self.headers, body)
            is_page = isinstance(reply, str)
            content = reply.encode() if is_page else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "application/json")
            self.send_header("Content-Length", str(len(content)))
            if isinstance(reply, Page) and reply.more:
                self.send_header("Link", f'<{reply.more}>; rel="next"')
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = respond

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    platform.origin = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
