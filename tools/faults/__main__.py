"""`python -m tools.faults [--full] [R1 R7 R8@pg ...]`: one line for each fault; exit 1 if a promise is broken."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.faults.cluster import Cluster, NoPostgres

ON_SQLITE = (
    *("R1", "R2", "R3", "R6", "R7", "R8", "R9", "R10", "R12", "R14", "R15", "R18"),
    *("R19", "R20", "R21", "R22", "R23", "R24"),
)
ON_POSTGRES = (
    *("R4@pg", "R1@pg", "R7@pg", "R8@pg", "R9@pg", "R10@pg", "R14@pg", "R15@pg"),
    *("R19@pg", "R20@pg", "R21@pg", "R22@pg", "R23@pg", "R24@pg", "R25@pg"),
)


def main() -> int:
    """Run each fault in its own process, data folder and database, so that no fault affects another."""
    parser = argparse.ArgumentParser(description="Faults injected into a real server, with counts.")
    parser.add_argument("--full", action="store_true", help="as many as the goals require")
    parser.add_argument("names", nargs="*", default=[])
    arguments = parser.parse_args()
    return 1 if sum(not run(name, full=arguments.full) for name in arguments.names or ON_SQLITE + ON_POSTGRES) else 0


def run(name: str, *, full: bool) -> bool:
    """Run one fault; whether it is as promised."""
    fault, _, engine = name.partition("@")
    cluster = None
    with tempfile.TemporaryDirectory(prefix="footnote-faults-") as data:
        environment = {
            **os.environ,
            "FOOTNOTE_DATA": data,
            "FOOTNOTE_ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "quizsite.settings",
            "FOOTNOTE_FULL": "1" if full else "",
            # Before Django starts: the site keeps its secret key in this folder.
            "FOOTNOTE_TMPFS": "1" if fault == "R3" and mount_small(data) else "",
        }
        if engine:
            try:
                cluster = Cluster.make()
            except NoPostgres as problem:
                print(f"{name} skipped: {problem}")
                return True
            environment |= {"DATABASE_URL": cluster.url, "FOOTNOTE_CLUSTER": str(cluster.folder)}
        try:
            command = [sys.executable, "-m", "tools.faults.one", fault]
            # S603: the command is this tool's own.
            done = subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], check=False)
            return done.returncode == 0
        finally:
            if cluster is not None:
                cluster.remove()
            if environment["FOOTNOTE_TMPFS"]:
                subprocess.run(["/usr/bin/umount", "-l", data], check=True)


def mount_small(folder: str) -> bool:
    """Put a file system of 24 MB on the folder; False where this machine does not let it be done."""
    command = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
