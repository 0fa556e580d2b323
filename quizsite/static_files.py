"""Collect static files only if one of them changed, because that is the slowest part of a start."""

import hashlib
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from quizsite.durable import named_in_errors

# Files of packages that no page of this site names. To compress them took half of the collection's processor time
# (2026-12-01). The pages of FOOTNOTE_DEBUG name some, and take them from the packages.
UNUSED = ["htm*x-4*", "htmx-2.js", "htmx-2-compat*", "hx-*", "jquery.js", "xregexp.js", "select2.full.js"]


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files under hashed names, and compressed."""

    # Hash the names that JavaScript modules import too. Otherwise a browser could mix modules of two versions.
    support_js_module_import_aggregation = True

    def __init__(self) -> None:
        # STATIC_ROOT is served to everyone.
        super().__init__(manifest_storage=FileSystemStorage(location=settings.DATA_DIR))


def collect_if_changed() -> bool:
    """Bring STATIC_ROOT up to date; returns whether there was anything to do.

    Files of earlier versions stay, because open pages still request them.
    """
    root, stamp = Path(settings.STATIC_ROOT), Path(settings.DATA_DIR) / "static-sources"
    now = fingerprint()
    if root.exists() and not stamp.exists():
        # A full disk or a kill ended the last collection. The next one would keep a file that was cut off.
        shutil.rmtree(root)
    if root.exists() and stamp.read_text() == now:
        return False
    stamp.unlink(missing_ok=True)
    with named_in_errors(root):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp.write_text(now)
    return True


def fingerprint() -> str:
    """A digest over path, size and time of change of every source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
