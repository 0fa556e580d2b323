"""The examples for proxies, systemd and containers: each is run or checked, if its program is here."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

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
        name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:{Path(sys.executable).parent}"
    )
    if not found:
        pytest.skip(f"{name} is not on this machine")
    return found


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for NAME that nobody signed, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "key.pem"
    subprocess.run(
        [
            program("openssl"),
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={NAME}",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
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
        "/var/log/nginx/error.log": str(folder / "error.log"),
    }.items():
        assert old in text
        text = text.replace(old, new)
    paths = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "whole.conf"
    # Started by root, its workers would be of a user who may not write here.
    user = "user root;\n" if os.geteuid() == 0 else ""
    log = folder / "error.log"
    head = f"{user}daemon off; pid {folder / 'pid'}; error_log {log};\nevents {{}}\n"
    whole.write_text(f"{head}http {{\n{paths}{text}}}\n")
    return [program("nginx"), "-c", str(whole), "-p", str(folder), "-e", str(log)]


def caddy(folder: Path, port: int, site: Site) -> list[str]:
    """The command of Caddy with the example, on another port and with a certificate of its own making."""
    text = (DEPLOY / "Caddyfile").read_text()
    assert "127.0.0.1:8000" in text
    assert f"{NAME} {{" in text
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}").replace(
        f"{NAME} {{", f"{NAME}:{port} {{\n\ttls internal"
    )
    assert "\n{\n" in text
    options = "\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlocal_certs\n"
    (folder / "Caddyfile").write_text(text.replace("\n{\n", f"\n{{\n{options}", 1))
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


def connected(port: int) -> http.client.HTTPSConnection:
    """A connection to the proxy. The certificate is the test's own, so it is not checked."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    # The name for the handshake, as a browser sends it.
    client.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20), server_hostname=NAME)
    return client


def request(
    port: int, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage]:
    """Status and headers of a reply through the proxy."""
    client = connected(port)
    try:
        client.request(method, path, body, {"Host": NAME, **(headers or {})})
        response = client.getresponse()
        response.read()
        return response.status, response.headers
    finally:
        client.close()


COUNT_ADDRESSES = """
from quizzes.models import FailedTry
print(FailedTry.objects.count(), FailedTry.objects.values("address").distinct().count())
"""


def body_of(port: int, path: str) -> str:
    """What a stranger reads through the proxy."""
    client = connected(port)
    try:
        client.request("GET", path, headers={"Host": NAME})
        return client.getresponse().read().decode()
    finally:
        client.close()


def sign_in_wrongly(port: int, claimed: str) -> None:
    """Try a password through the proxy, as if from this address."""
    client = connected(port)
    try:
        client.request("GET", LOGIN, headers={"Host": NAME})
        page = client.getresponse()
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "login": "rosa@school.example", "password": "wrong"}
        headers = {"Host": NAME, "Cookie": cookie, "Referer": f"https://{NAME}{LOGIN}", "X-Forwarded-For": claimed}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        client.request("POST", LOGIN, urlencode(fields), headers)
        reply = client.getresponse()
        reply.read()
        assert reply.status == 200
    finally:
        client.close()


@contextmanager
def half_sent(port: int, count: int) -> Iterator[None]:
    """Requests whose bodies have not arrived whole."""
    clients = [connected(port) for _ in range(count)]
    try:
        for client in clients:
            client.putrequest("POST", LOGIN, skip_host=True)
            client.putheader("Host", NAME)
            client.putheader("Content-Length", "1000")
            client.endheaders(b"x" * 500)
        yield
    finally:
        for client in clients:
            client.close()


def status_of_upload(port: int, path: str, length: int) -> int | None:
    """Status of a reply to a body of this length; None if the proxy closed the connection instead of reading it."""
    try:
        return request(port, "POST", path, body=b"x" * length)[0]
    except (BrokenPipeError, ConnectionResetError):
        return None


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_example_logs_no_link_while_the_site_is_down(proxy: object, tmp_path: Path) -> None:
    """Such a link is not used yet, and signs in anyone who reads it."""
    assert callable(proxy)
    port = free_port()
    command = proxy(tmp_path, port, Site(tmp_path))
    with proxied(command, tmp_path, port):
        status, _ = request(port, "GET", "/enter/MQ/secret-link/?also=secret-query")

    logs = "".join((tmp_path / name).read_text() for name in ("proxy.log", "error.log") if (tmp_path / name).exists())
    assert status == 502
    assert "secret" not in logs


def test_nginx_example_leads_to_tls_of_its_own_name_only(tmp_path: Path) -> None:
    port = free_port()
    command = nginx(tmp_path, port, Site(tmp_path))
    plain = re.search(r"listen (\d+);", (tmp_path / "whole.conf").read_text())
    assert plain
    with proxied(command, tmp_path, port):
        client = http.client.HTTPConnection("127.0.0.1", int(plain[1]), timeout=20)
        client.request("GET", "/join/", headers={"Host": "evil.example"})
        reply = client.getresponse()
        client.close()

    assert (reply.status, reply.headers["Location"]) == (301, f"https://{NAME}/join/")


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_example_serves_the_site_over_tls(
    proxy: object, site_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert callable(proxy)
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    settings = {"FOOTNOTE_HTTPS": "1", "FOOTNOTE_TRUSTED_PROXIES": "1", "FOOTNOTE_HOSTS": NAME, "DATABASE_URL": ""}
    site = Site(site_data, extra=settings)
    command = proxy(folder, port, site)
    with running(site), proxied(command, folder, port):
        landing, headers = request(port, "GET", "/")
        sign_in, with_cookie = request(port, "GET", LOGIN)
        # A browser that claims to come over plain HTTP changes nothing.
        claimed, _ = request(port, "GET", "/", headers={"X-Forwarded-Proto": "http"})
        # What the site allows at the address of an import, and refuses at the sign-in page.
        package = status_of_upload(port, reverse("import_questions"), 12_000_000)
        too_large = status_of_upload(port, LOGIN, 6_000_000)
        # The proxy connects from this machine, where the operator would see details.
        health = body_of(port, "/readyz")
        for number in (1, 2):
            sign_in_wrongly(port, f"203.0.113.{number}")
        addresses = site.run("shell", "--no-imports", "-c", COUNT_ADDRESSES).split()
        with half_sent(port, 20):
            beside, _ = request(port, "GET", "/")

    assert (landing, claimed) == (200, 200)
    assert package == 403
    assert too_large in {413, None}
    assert health == "ok\n"
    # 2 tries from 1 address: nobody chooses an address by a header.
    assert addresses == ["2", "1"]
    assert beside == 200
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
    assert {"FOOTNOTE_DATA", "HOST", "PORT", "DATABASE_URL"} <= set(names)
    # The others come from there.
    assert "    env_file: .env\n" in compose
    assert [name for name in names if name not in read] == []
    assert "useradd --uid 10001" in dockerfile
    assert "\nUSER 10001\n" in dockerfile


def test_image_starts_the_command_of_the_wheel_and_asks_the_site_for_its_health(site_data: Path) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    [start] = re.findall(r"^CMD (.+)$", dockerfile, re.MULTILINE)
    [check] = re.findall(r"^HEALTHCHECK .* CMD (.+)$", dockerfile, re.MULTILINE)
    program, *arguments = json.loads(start)
    python, option, code = json.loads(check)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    assert "python -m venv /opt/footnote " in dockerfile
    assert "COPY --from=build /opt/footnote /opt/footnote\n" in dockerfile
    assert (program, python) == (f"/opt/footnote/bin/{next(iter(scripts))}", "/opt/footnote/bin/python")
    # Behind a proxy the site is only for another name and TLS. The check comes from inside the container.
    settings = {"FOOTNOTE_HTTPS": "1", "FOOTNOTE_TRUSTED_PROXIES": "1", "FOOTNOTE_HOSTS": NAME, "DATABASE_URL": ""}
    site = Site(site_data, extra=settings, command=tuple(arguments))
    asked = [sys.executable, option, code.replace("8000", str(site.port))]
    with running(site):
        assert subprocess.run(asked, capture_output=True).returncode == 0
    assert subprocess.run(asked, capture_output=True).returncode == 1


def test_dockerfile_has_no_finding_of_hadolint() -> None:
    checked = subprocess.run([program("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True)

    assert (checked.returncode, checked.stdout) == (0, "")
