"""Run the site in a process of its own, on a free port of this machine."""

import os
import shutil
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
from urllib.parse import urlsplit
from urllib.request import urlopen

from quizsite.data_folder import secret_key

ROOT = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
START_SECONDS = 60


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data: Path, port: int, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of the site's commands: this data folder, this port, and no `.env` of a developer."""
    return {
        **os.environ,
        "FOOTNOTE_DATA": str(data),
        "FOOTNOTE_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "quizsite.settings",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # Load tests save faster than people.
        "FOOTNOTE_SAVES_A_SECOND": "1000000",
        **extra,
    }


def begin_site(data: Path, database: Path | str) -> None:
    """Give the data folder of a new site a key and a copy of this migrated file; a name on a server: only a key."""
    secret_key(data)
    if isinstance(database, Path):
        shutil.copyfile(database, data / "footnote.sqlite3")


@dataclass
class Site:
    """One site with a data folder. It can be started, killed and started again on the same port."""

    data: Path
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("serve",)
    # Another copy of the site than this clone's, and the current folder of its commands.
    program: tuple[str, ...] = tuple(MANAGE)
    folder: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *command: str) -> str:
        """Run a management command of the site; returns its output."""
        done = subprocess.run(
            [*self.program, *command],
            env=environment(self.data, self.port, self.extra),
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start(self) -> None:
        """Start the server and wait until it replies. Raises TimeoutError after a minute, RuntimeError if it ends."""
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, *self.command],
                env=environment(self.data, self.port, self.extra),
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(START_SECONDS * 20):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                # A request that is refused takes ten times as much processor time.
                socket.create_connection((urlsplit(self.url).hostname, self.port), timeout=2).close()
                urlopen(f"{self.url}/livez", timeout=2).close()  # noqa: S310  an address of this machine
            except (URLError, OSError):
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.url)

    def stop(self) -> int:
        """Stop the server with SIGTERM; returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=40)

    def kill(self) -> None:
        """Kill every process of the server, like a power failure."""
        assert self.process is not None
        for pid in family(self.process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=40)


def family(pid: int) -> list[int]:
    """The ids of a process and all its descendants."""
    pids = [pid]
    for parent in pids:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                pids += [int(child) for child in task.read_text().split()]
            except FileNotFoundError:
                continue
    return pids


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """Start the site, and stop it at the end if it still runs."""
    site.start()
    try:
        yield site
    finally:
        if site.process is not None and site.process.poll() is None:
            site.stop()
