"""The first sheet of an XLSX, XLS or ODS file from outside, read in a process with limits."""

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from quizzes.files.zip_file import DAMAGED, TooBig, declared_size, read_entry
from quizzes.phrases import gettext_noop

PROGRAM = Path(__file__).with_name("sheet_process.py")
# Above the limit of the program's own processor time, for a machine that is busy.
TIMEOUT_SECONDS = 60
# How an XLSX or ODS file and an XLS file begin.
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_READ, _EMPTY, _TOO_LARGE = 0, 1, 3
HAS_PASSWORD = gettext_noop("This file has a password. Save a copy without it, and choose the copy.")
# Excel packs an XLSX file with a password into one of the older kind. Older files say it right after their start.
_LOCKED = re.compile(
    re.escape("EncryptedPackage".encode("utf-16-le")) + rb"|\x09\x08\x10\x00\x00\x06.{14}\x2f\x00", re.DOTALL
)
_MANIFEST, _MAX_MANIFEST = "META-INF/manifest.xml", 1_000_000


class UnreadableSheet(ValueError):
    """The file is no spreadsheet, or is damaged, or its sheet is too large to read."""


class Locked(UnreadableSheet):
    """The file has a password."""


class CutShort(UnreadableSheet):
    """The file is no complete ZIP archive."""


class TooLarge(UnreadableSheet):
    """The file says itself that it unpacks to more than the limit, or its sheet has more text than a book."""


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """The cells of a sheet, [] without one. others: the names of the other sheets with text.

    has_superscript: whether a text of the file has superscript characters, which the cells have as plain ones.
    """

    name: str
    rows: list[list[object]]
    others: tuple[str, ...] = ()
    has_superscript: bool = False


def first_sheet(content: bytes, *, unpacked_limit: int, row_count: int, column_count: int) -> FoundSheet:
    """The cells of the first sheet with text, up to these counts. Raises UnreadableSheet."""
    if content.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = declared_size(archive)
                is_locked = _is_locked(archive)
        # A false place or a damaged name in the directory of the archive is a ValueError.
        except (*DAMAGED, ValueError) as error:
            raise CutShort from error
        if size > unpacked_limit:
            raise TooLarge
    else:
        is_locked = _LOCKED.search(content) is not None
    if is_locked:
        raise Locked
    command = [sys.executable, "-I", str(PROGRAM), str(row_count), str(column_count)]
    try:
        done = subprocess.run(  # noqa: S603  this project's own program
            command, input=content, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableSheet from error
    if done.returncode == _EMPTY and not done.stderr:
        return FoundSheet("", [])
    if done.returncode == _TOO_LARGE:
        raise TooLarge
    if done.returncode != _READ:
        raise UnreadableSheet
    found = json.loads(done.stdout)
    return FoundSheet(found["name"], found["rows"], tuple(found["others"]), found["has_superscript"])


def _is_locked(archive: zipfile.ZipFile) -> bool:
    """Whether an ODS file says that its parts are encrypted."""
    try:
        entry = archive.getinfo(_MANIFEST)
        # An ODS file has no others, and LZMA may ask for more memory than there is.
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            return False
        manifest = read_entry(archive, entry, limit=_MAX_MANIFEST)
    except (KeyError, TooBig, *DAMAGED):
        return False
    return b":encryption-data" in manifest or b"encrypted-package" in manifest
