"""Collect static files only if one of them changed, because that is the slowest part of a start."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Files about the static files, which version 0.2 kept among them.
SERVED_BEFORE = (".sources", "staticfiles.json")


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
    stamp = Path(settings.DATA_DIR) / "static-sources"
    for name in SERVED_BEFORE:
        (Path(settings.STATIC_ROOT) / name).unlink(missing_ok=True)
    now = fingerprint()
    if Path(settings.STATIC_ROOT).exists() and stamp.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
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
