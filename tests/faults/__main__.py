"""`python -m tests.faults [--full] [R1 R7 ...]`: a line a fault; exit 1 if a promise is broken."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("R1", "R2", "R3", "R7", "R8", "R9", "R10", "R12")


def main() -> int:
    """Run each fault in a process and a data folder of its own, so that none sees what another left."""
    parser = argparse.ArgumentParser(description="Faults injected into a real server, with counts.")
    parser.add_argument("--full", action="store_true", help="as many as the goals ask for; takes about 20 minutes")
    parser.add_argument("names", nargs="*", default=[])
    arguments = parser.parse_args()
    broken = 0
    for name in arguments.names or NAMES:
        with tempfile.TemporaryDirectory(prefix="footnote-faults-") as data:
            # Before Django starts: the site keeps its secret key in this folder.
            is_tmpfs = name == "R3" and mount_small(data)
            environment = {
                **os.environ,
                "FOOTNOTE_DATA": data,
                "FOOTNOTE_ENV_FILE": os.devnull,
                "DJANGO_SETTINGS_MODULE": "quizsite.settings",
                "FOOTNOTE_FULL": "1" if arguments.full else "",
                "FOOTNOTE_TMPFS": "1" if is_tmpfs else "",
            }
            done = subprocess.run(  # noqa: S603  this module's own sibling
                [sys.executable, "-m", "tests.faults.one", name],
                env=environment,
                cwd=Path(__file__).parents[2],
                check=False,
            )
            broken += done.returncode != 0
            if is_tmpfs:
                subprocess.run(["/usr/bin/umount", "-l", data], check=True)  # noqa: S603
    return 1 if broken else 0


def mount_small(folder: str) -> bool:
    """Put a file system of 24 MB on the folder; False where this machine does not let it be done."""
    command = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
