"""An OpenID Connect provider on loopback, by Authlib's server code, with faults that a test can switch on."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request, scope_to_list
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "footnote", "secret of footnote"


@dataclass
class Client(ClientMixin):
    """The site, as the provider knows it."""

    redirect_uri: str = ""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(word for word in scope_to_list(scope) if word in {"openid", "email", "profile"})

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/callback/")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_post", "client_secret_basic"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """One authorization code."""

    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    person: dict[str, Any]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


@dataclass
class IdentityProvider:
    """The provider. person: the claims of the user there. Faults: claims, headers and keys of its tokens.

    in_token: whether the email is in the ID token, as at Google, or in the user info only.
    """

    person: dict[str, Any] = field(default_factory=dict)
    in_token: bool = True
    changed_claims: dict[str, Any] = field(default_factory=dict)
    changed_info: dict[str, Any] = field(default_factory=dict)
    changed_description: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}, private=True))
    signing_key: RSAKey | None = None
    port: int = 0
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The paths of all GET requests.
    read: list[str] = field(default_factory=list)
    # Its keys are at /new-keys now, and /keys has others.
    has_moved_keys: bool = False
    is_down: bool = False
    takes_codes_again: bool = False

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/{'new-keys' if self.has_moved_keys else 'keys'}",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            **self.changed_description,
        }

    def id_token(self, claims: dict[str, Any]) -> str:
        """The token, signed or not as the test has it."""
        claims = {name: value for name, value in (claims | self.changed_claims).items() if value is not None}
        if self.algorithm == "none":
            # By hand, because the library warns of it.
            parts = ({"alg": "none", "kid": "one"}, claims)
            return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.signing_key or self.key, [self.algorithm])


class Server(AuthorizationServer):
    """Authlib's server between requests of `Handler` and the memory of `IdentityProvider`."""

    def __init__(self, provider: IdentityProvider) -> None:
        super().__init__(scopes_supported=["openid", "email", "profile"])
        self.provider = provider
        self.register_token_generator("default", BearerTokenGenerator(lambda *args, **kwargs: secrets.token_hex(16)))
        self.register_grant(Grant, [IdToken(require_nonce=True), CodeChallenge(required=True)])

    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.provider.tokens[token["access_token"]] = request.user

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """No one listens."""

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, list[tuple[str, str]]]:
        return status, body, list(headers)


class Request(OAuth2Request):
    """A request as Authlib reads it."""

    def __init__(self, method: str, path: str, body: str, headers: Any) -> None:
        # Authlib refuses HTTP, which is what loopback has.
        super().__init__(method, f"https://provider.test{path}", headers=dict(headers))
        self._args, self._form = dict(parse_qsl(urlsplit(path).query)), dict(parse_qsl(body))
        self.payload = BasicOAuth2Payload(self._args | self._form)

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Grant(AuthorizationCodeGrant):
    """Authorization codes in memory; each works once."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        said = request.payload.data
        self.server.provider.codes[code] = Code(
            redirect_uri=said["redirect_uri"],
            scope=request.scope,
            nonce=said.get("nonce"),
            code_challenge=said["code_challenge"],
            code_challenge_method=said["code_challenge_method"],
            person=request.user,
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        codes = self.server.provider.codes
        return codes.get(code) if self.server.provider.takes_codes_again else codes.pop(code, None)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It is gone since it was found."""

    def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
        return authorization_code.person


class IdToken(OpenIDCode):
    """ID tokens with the claims of the person."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False

    def __call__(self, grant: Any) -> None:
        self.provider = grant.server.provider
        super().__call__(grant)

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        person = request.user if self.provider.in_token else {"sub": request.user["sub"]}
        now = int(time.time())
        claims = {"iss": self.provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **person}
        return self.provider.id_token(claims | self.get_authorization_code_claims(request.authorization_code))


@contextmanager
def serving(provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """The provider, on a free port of this machine."""
    server = Server(provider)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.read.append(path)
            if provider.is_down:
                self.send_error(503)
            elif path == "/authorize":
                request = Request("GET", self.path, "", self.headers)
                grant = server.get_consent_grant(request, provider.person)
                self.reply(*server.create_authorization_response(request, provider.person, grant))
            elif path == "/userinfo":
                person = provider.tokens[self.headers["Authorization"].removeprefix("Bearer ")]
                self.reply(200, person | provider.changed_info, [])
            elif path in {"/keys", "/new-keys"}:
                key = provider.key.as_dict(private=False)
                is_old = provider.has_moved_keys and path == "/keys"
                self.reply(200, {"keys": [{**key, "kid": kid} for kid in ("old", "older")] if is_old else [key]}, [])
            else:
                self.reply(200, provider.description, [])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply(*server.create_token_response(Request("POST", self.path, body, self.headers)))

        def reply(self, status: int, body: Any, headers: list[tuple[str, str]]) -> None:
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            kinds = [] if any(name == "Content-Type" for name, _ in headers) else [("Content-Type", "application/json")]
            self.send_response(status)
            for name, value in [*kinds, *headers, ("Content-Length", str(len(content)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        provider.port = http.server_port
        thread = Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            http.shutdown()
            thread.join()
