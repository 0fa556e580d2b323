"""Load the built-in question sets only if one of their files changed, because reading them takes a third of a start."""

import hashlib
from datetime import datetime

from django.core.management import call_command
from django.db import transaction

from quizsite.models import SiteState
from quizsite.places import CODE, CONTENT
from quizzes.models import Edition


def load_if_changed(*, now: datetime) -> bool:
    """Bring the built-in question sets of the database up to date; returns whether there was anything to do."""
    found = fingerprint()
    if SiteState.objects.value(SiteState.QUESTION_SETS) == found:
        return False
    call_command("load_question_sets", verbosity=0)
    SiteState.objects.record(SiteState.QUESTION_SETS, found, now=now)
    return True


def would_publish() -> bool:
    """Whether `load_if_changed` gives a built-in question set a new version. It writes nothing.

    Other code alone rarely does, and a developer starts the site with other code each time. False if it is not
    recorded what made the sets of the database.
    """
    if SiteState.objects.value(SiteState.QUESTION_SETS) in (None, fingerprint()):
        return False
    with transaction.atomic():
        before = Edition.objects.count()
        call_command("load_question_sets", verbosity=0)
        published = Edition.objects.count() - before
        transaction.set_rollback(True)
    return published > 0


def fingerprint() -> str:
    """A digest over each file of the sets, and of the code that reads and checks them. It takes 13 ms (2026-11-30).

    Migrations are a part of the code, so that a migrated database is brought up to date too. No times of change: they
    differ on each machine of a site, and each start after another machine's would load the sets.
    """
    digest = hashlib.sha256()
    for folder, pattern in ((CONTENT / "fixtures", "*.toml"), (CODE / "quizzes", "*.py")):
        for path in sorted(folder.rglob(pattern)):
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
