"""The manifest of a backup: what it holds, which version made it, and the hash of each file."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from quizsite.durable import write_private

NAME = "manifest.json"
FORMAT = 1

# The files of a backup, named as in the data folder. The erasure ledger and the secret key are there if that has them.
SQLITE_FILE = "footnote.sqlite3"
POSTGRESQL_FILE = "footnote.dump"
SECRET_KEY_FILE = "secret_key"  # noqa: S105  a file name
LEDGER_FILE = "erasures.jsonl"


class BackupError(Exception):
    """A backup cannot be made or used. The message is one sentence for the operator."""


class BackupRunning(BackupError):
    """Another process makes a backup in the same folder."""


class BackupNotRecorded(BackupError):
    """A backup is made, and the database did not take the record of it."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. migrations: as "app.name". counts: rows of each table, at the moment of the copy."""

    version: str
    made_at: str
    engine: str
    migrations: tuple[str, ...]
    counts: dict[str, int]
    files: tuple[File, ...]
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder."""
        write_private(folder / NAME, json.dumps(asdict(self), indent=2).encode())

    def find(self, name: str) -> File | None:
        """The file with this name; None if the backup has none."""
        return next((file for file in self.files if file.name == name), None)

    @property
    def database_file(self) -> str:
        """The name of the file with the database."""
        return SQLITE_FILE if self.engine == "sqlite" else POSTGRESQL_FILE


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in this folder. Raises BackupError."""
    path = folder / NAME
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        is_site = any((folder / name).exists() for name in (SQLITE_FILE, SECRET_KEY_FILE))
        advice = " If it is the data folder of a site, set FOOTNOTE_DATA to it and start the site." if is_site else ""
        raise BackupError(f"{folder} is not a backup: it has no {NAME}.{advice}") from error
    except PermissionError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}. Give the backup to the site's user.") from error
    except (OSError, ValueError) as error:
        raise BackupError(f"{path} cannot be read. Use another backup.") from error
    if not isinstance(document, dict) or not isinstance(document.get("format"), int):
        raise BackupError(f"{path} cannot be read. Use another backup.")
    if document["format"] > FORMAT:
        version = document.get("version")
        raise BackupError(
            f"Footnote {version} made this backup, and this version is older. Install Footnote {version} or later "
            "first."
        )
    try:
        manifest = Manifest(**document | {"files": _files(document), "migrations": tuple(document["migrations"])})
    except (KeyError, TypeError) as error:
        raise BackupError(f"{path} cannot be read. Use another backup.") from error
    if manifest.find(manifest.database_file) is None:
        raise BackupError(f"{path} names no database. Use another backup.")
    return manifest


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Raises BackupError if a file is missing or has another size. It reads no file."""
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            raise BackupError(f"{path} is missing. Use another backup.")
        if (size := path.stat().st_size) != file.bytes:
            raise BackupError(f"{path} has {size:,} of {file.bytes:,} bytes. Use another backup.")


def check_migrations(manifest: Manifest, known: Iterable[str]) -> None:
    """Raises BackupError if a newer version of Footnote made the backup. known: the migrations of this version."""
    if unknown := sorted(set(manifest.migrations) - set(known)):
        # Two commits of one version can differ in their migrations, so the version may be this one.
        raise BackupError(
            f"This backup has the migration {unknown[-1]}, which this copy of Footnote does not know. "
            f"Version {manifest.version} made it: install a newer copy of that version, or a later version, first."
        )


def _files(document: dict[str, Any]) -> tuple[File, ...]:
    files = tuple(File(**file) for file in document["files"])
    # A name with a folder in it could reach outside of the backup.
    if any(Path(file.name).name != file.name for file in files):
        raise KeyError
    return files
