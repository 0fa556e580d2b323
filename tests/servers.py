"""The real server as a process of its own, on a free port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
START_SECONDS = 60


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data: Path, port: int, extra: Mapping[str, str]) -> dict[str, str]:
    """What the site's commands are given: this data folder, this port, and no developer's `.env`."""
    return {
        **os.environ,
        "FOOTNOTE_DATA": str(data),
        "FOOTNOTE_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "quizsite.settings",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **extra,
    }


@dataclass
class Site:
    """One site on a data folder: it can be started, killed and started again on the same port."""

    data: Path
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("serve",)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *command: str) -> str:
        """What a management command of the site prints."""
        done = subprocess.run(  # noqa: S603  this project's own command
            [*MANAGE, *command],
            env=environment(self.data, self.port, self.extra),
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start(self) -> None:
        """Serve, and return when it answers; raises TimeoutError after a minute, RuntimeError if it ends before."""
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  this project's own command
                [*MANAGE, *self.command],
                env=environment(self.data, self.port, self.extra),
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(START_SECONDS * 100):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                urlopen(f"{self.url}/livez", timeout=2).close()  # noqa: S310  an address of this machine
            except (URLError, OSError):
                time.sleep(0.01)
            else:
                return
        raise TimeoutError(self.url)

    def stop(self) -> int:
        """End it in order; returns its exit code."""
        assert self.process is not None  # noqa: S101
        self.process.terminate()
        return self.process.wait(timeout=40)

    def kill(self) -> None:
        """SIGKILL to every process of it at once, as a power switch would."""
        assert self.process is not None  # noqa: S101
        for pid in family(self.process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=40)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except FileNotFoundError:
                continue
    return found


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """The site, started; stopped at the end if it is still there."""
    site.start()
    try:
        yield site
    finally:
        if site.process is not None and site.process.poll() is None:
            site.stop()
