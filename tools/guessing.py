"""`python -m tools.guessing`: how many class codes a second a site checks, and the table of docs/guessing.md."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

if "DJANGO_SETTINGS_MODULE" not in os.environ:
    DATA = tempfile.TemporaryDirectory(prefix="footnote-guessing-")
    os.environ |= {"FOOTNOTE_DATA": DATA.name, "FOOTNOTE_ENV_FILE": os.devnull}
    os.environ["DJANGO_SETTINGS_MODULE"] = "quizsite.settings"
    django.setup()

from quizzes.models.public_ids import READABLE
from quizzes.models.rosters import JOIN_CODE_LENGTH
from quizzes.people.guess_limits import ADDRESS_TRIES, CLASS_TRIES, PIN_LENGTH, PIN_SPAN, STUDENT_TRIES
from quizzes.people.student_sign_in import CODE_SPAN, CODE_TRIES
from tests.servers import Site, running
from tools.bench.load import load, post

DAY = timedelta(days=1)
CLASSES = 100
# At school and elsewhere: each group of addresses has its own count.
GROUPS = 2
GOAL = 0.001
CODES, PINS = len(READABLE) ** JOIN_CODE_LENGTH, 10**PIN_LENGTH
# A browser's cookie and the same value in the form pass Django's check.
TOKEN = "guess" * 6 + "12"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of guess. valid: how many values are right. tries: in a day, on average."""

    name: str
    of: int
    valid: int
    tries: float

    @property
    def hits(self) -> float:
        """Expected hits in a day."""
        return self.tries * self.valid / self.of

    def line(self) -> str:
        """The row of the table. The goal is about signing in, and a class code alone signs in no one."""
        goal = "names only" if self.of == CODES else "yes" if self.hits <= GOAL else "no"
        return f"| {self.name} | {self.of:,} | {self.tries:,.4g} | {self.hits:.2g} | {goal} |"


def rows(codes_a_second: float) -> Iterator[Row]:
    """The rows of the table, from the limits and from the measured rate."""
    week = PIN_SPAN / DAY
    yield Row("the PINs of a class, from any number of devices and addresses", PINS, 1, GROUPS * CLASS_TRIES / week)
    yield Row("the PIN of one student, in the same way", PINS, 1, GROUPS * STUDENT_TRIES / week)
    yield Row("PINs in all classes, from one address outside the schools", PINS, 1, ADDRESS_TRIES / week)
    yield Row("the PIN of one student, on a device that the student uses", PINS, 1, STUDENT_TRIES / week)
    yield Row("the PINs of a class, on one device that its students use", PINS, 1, CLASS_TRIES / week)
    yield Row("the PINs of a class, on the first day of an attack", PINS, 1, GROUPS * CLASS_TRIES)
    yield Row(f"a class code of {CLASSES}, at the pace of the limit", CODES, CLASSES, CODE_TRIES * (DAY / CODE_SPAN))
    seconds = DAY.total_seconds()
    yield Row(f"a class code of {CLASSES}, at the measured rate", CODES, CLASSES, codes_a_second * seconds)


def measured_rate() -> float:
    """Wrong class codes a second that a site with two workers checks, most of them above the limit."""
    with tempfile.TemporaryDirectory(prefix="footnote-guessing-") as folder:
        site = Site(Path(folder), command=("serve", "--workers", "2"))
        with running(site):
            assert site.process is not None
            message = post("/join/", f"csrftoken={TOKEN}", "code=AAAAAA", accept="text/html", token=TOKEN)
            requests = [lambda turn: message] * 8
            return load(site.port, site.process.pid, requests, each=400, good=(b"200", b"429")).rate


def main() -> None:
    """Print the measured rate and the table."""
    rate = round(measured_rate())
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores: {rate} codes a second.",
        "",
        "| what is guessed | of how many | tries a day | expected hits a day | at most 0.001 |",
        "| --- | --- | --- | --- | --- |",
        *(row.line() for row in rows(rate)),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
