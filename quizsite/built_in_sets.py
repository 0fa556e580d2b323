"""Load the built-in question sets only if one of their files changed, because reading them takes a third of a start."""

import hashlib
from datetime import datetime

from django.core.management import call_command

from quizsite.models import SiteState
from quizsite.places import CODE, CONTENT


def load_if_changed(*, now: datetime) -> bool:
    """Bring the built-in question sets of the database up to date; returns whether there was anything to do."""
    found = fingerprint()
    recorded = SiteState.objects.find(SiteState.QUESTION_SETS)
    if recorded is not None and recorded.value == found:
        return False
    call_command("load_question_sets", verbosity=0)
    SiteState.objects.record(SiteState.QUESTION_SETS, found, now=now)
    return True


def fingerprint() -> str:
    """A digest over path, size and time of change of each file of the sets, and of the code that reads and checks them.

    Migrations are a part of the code, so that a migrated database is brought up to date too.
    """
    digest = hashlib.sha256()
    for folder, pattern in ((CONTENT / "fixtures", "*.toml"), (CODE / "quizzes", "*.py")):
        for path in sorted(folder.rglob(pattern)):
            status = path.stat()
            digest.update(f"{path.relative_to(folder)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
