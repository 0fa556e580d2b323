"""The examples for proxies, systemd and containers: each is run or checked, if its program is here."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from tests.servers import ROOT, Site, free_port, running

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a proxy is the same in front of both engines"),
]
NAME = "quiz.school.example"
DEPLOY = ROOT / "deploy"
LOGIN = reverse("account_login")


def program(name: str) -> str:
    """The path of a program; skips the test without it. NGINX_PROGRAM in the environment, for example, may name one."""
    found = os.environ.get(f"{name.upper()}_PROGRAM") or shutil.which(
        name, path=f"{os.environ.get('PATH', '')}:/usr/sbin"
    )
    if not found:
        pytest.skip(f"{name} is not on this machine")
    return found


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for NAME that nobody signed, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "key.pem"
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


def nginx(folder: Path, port: int, site: Site) -> list[str]:
    """The command of nginx with the example, on another port and with another certificate."""
    cert, key = certificate(folder)
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen {free_port()};",
        "listen 443 ssl;": f"listen {port} ssl;",
        "/etc/ssl/footnote/fullchain.pem": str(cert),
        "/etc/ssl/footnote/key.pem": str(key),
        "127.0.0.1:8000": f"127.0.0.1:{site.port}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    paths = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "whole.conf"
    whole.write_text(
        f"daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'};\nevents {{}}\nhttp {{\n{paths}{text}}}\n"
    )
    return [program("nginx"), "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")]


def caddy(folder: Path, port: int, site: Site) -> list[str]:
    """The command of Caddy with the example, on another port and with a certificate of its own making."""
    text = (DEPLOY / "Caddyfile").read_text()
    assert "127.0.0.1:8000" in text
    assert f"{NAME} {{" in text
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}").replace(
        f"{NAME} {{", f"{NAME}:{port} {{\n\ttls internal"
    )
    options = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlocal_certs\n}\n"
    (folder / "Caddyfile").write_text(options + text)
    return [program("caddy"), "run", "--config", str(folder / "Caddyfile")]


@contextmanager
def proxied(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """The proxy, running."""
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | homes, stdout=log, stderr=log)
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "proxy.log").read_text()
            try:
                request(port, "GET", "/livez")
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def request(
    port: int, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage]:
    """Status and headers of a reply through the proxy. The certificate is the test's own, so it is not checked."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    # The name for the handshake, as a browser sends it.
    client.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20), server_hostname=NAME)
    try:
        client.request(method, path, body, {"Host": NAME, **(headers or {})})
        response = client.getresponse()
        response.read()
        return response.status, response.headers
    finally:
        client.close()


def status_of_upload(port: int, length: int) -> int | None:
    """Status of a reply to a body of this length; None if the proxy closed the connection instead of reading it."""
    try:
        return request(port, "POST", LOGIN, body=b"x" * length)[0]
    except (BrokenPipeError, ConnectionResetError):
        return None


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_example_serves_the_site_over_tls(proxy: object, tmp_path: Path) -> None:
    assert callable(proxy)
    data, folder, port = tmp_path / "data", tmp_path / "proxy", free_port()
    data.mkdir()
    folder.mkdir()
    settings = {"FOOTNOTE_HTTPS": "1", "FOOTNOTE_TRUSTED_PROXIES": "1", "FOOTNOTE_HOSTS": NAME, "DATABASE_URL": ""}
    site = Site(data, extra=settings)
    command = proxy(folder, port, site)
    with running(site), proxied(command, folder, port):
        landing, headers = request(port, "GET", "/")
        sign_in, with_cookie = request(port, "GET", LOGIN)
        # A browser that claims to come over plain HTTP changes nothing.
        claimed, _ = request(port, "GET", "/", headers={"X-Forwarded-Proto": "http"})
        too_large = status_of_upload(port, 6_000_000)

    assert (landing, claimed) == (200, 200)
    assert too_large in {413, None}
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert sign_in == 200
    assert re.match(r"__Host-csrftoken=.*; Secure$|__Host-csrftoken=.*; Secure;", with_cookie["Set-Cookie"])


def test_systemd_unit_is_valid_and_hardened(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    unit = tmp_path / "footnote.service"
    text = (DEPLOY / "footnote.service").read_text()
    assert "/opt/footnote/bin/footnote serve" in text
    unit.write_text(text.replace("/opt/footnote/bin/footnote", "/bin/true"))

    checked = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True)
    exposure = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(unit)], capture_output=True, text=True
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    assert exposure.returncode == 0, exposure.stdout


def test_container_copies_what_the_code_has_and_sets_what_the_site_reads() -> None:
    dockerfile, compose = (ROOT / "Dockerfile").read_text(), (ROOT / "compose.yaml").read_text()
    read = (ROOT / ".env.example").read_text() + (ROOT / "quizsite" / "settings.py").read_text()
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}

    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE) for name in line.split()[:-1]
    }
    names = re.findall(r"\b(FOOTNOTE_[A-Z_]+|HOST|PORT|DATABASE_URL)\b(?==|:)", dockerfile + compose)

    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"FOOTNOTE_DATA", "HOST", "PORT", "DATABASE_URL", "FOOTNOTE_HOSTS"} <= set(names)
    assert [name for name in names if name not in read] == []
    assert "USER footnote" in dockerfile
