"""A PostgreSQL server of its own, in a temporary folder, that can be crashed and started again."""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


class NoPostgres(RuntimeError):
    """This machine has no PostgreSQL programs, or none that run."""


@dataclass
class Cluster:
    """folder: of data, socket and log. programs: where initdb and pg_ctl are. owner: who may run the server."""

    folder: Path
    programs: Path
    owner: str

    @classmethod
    def make(cls) -> "Cluster":
        """A new server, running; raises NoPostgres."""
        cluster = cls(Path(tempfile.mkdtemp(prefix="footnote-pg-")), find_programs(), _owner())
        if cluster.owner != getpass.getuser():
            shutil.chown(cluster.folder, cluster.owner)
        cluster._run(
            "initdb", "-D", str(cluster.data), "-U", "footnote", "--auth", "trust", "-E", "UTF8", "--no-locale"
        )
        cluster.start()
        return cluster

    @classmethod
    def at(cls, folder: str) -> "Cluster":
        """The server that another process made in this folder."""
        return cls(Path(folder), find_programs(), _owner())

    @property
    def data(self) -> Path:
        """The database's own folder."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """For DATABASE_URL."""
        return f"postgres://footnote@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-s", "-o", options, "start")

    def crash(self) -> None:
        """Stop it as a crash does: no checkpoint, every connection broken."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-s", "stop")

    def remove(self) -> None:
        """Stop it and delete its folder."""
        try:
            self.crash()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if self.owner != getpass.getuser():
            command = ["/usr/sbin/runuser", "-u", self.owner, "--", *command]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)


def find_programs() -> Path:
    """The folder of initdb and pg_ctl that run, newest version first; raises NoPostgres."""
    on_path = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) + (
        [Path(on_path).parent] if on_path else []
    )
    for place in places:
        try:
            # S603: the commands are this tool's own.
            subprocess.run([place / "initdb", "--version"], check=True, capture_output=True)
            subprocess.run([place / "pg_ctl", "--version"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return place
    raise NoPostgres("PostgreSQL's initdb and pg_ctl are not on this machine")


def _owner() -> str:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
