"""The folder with everything that a site must keep: the database and the secret key."""

import os
import pwd
import secrets
from pathlib import Path
from stat import S_IROTH, S_IXOTH

from django.core.exceptions import ImproperlyConfigured

from quizsite.backups.manifest import SECRET_KEY_FILE, SQLITE_FILE
from quizsite.backups.swap import COMMITTED
from quizsite.durable import sync, write_private
from quizsite.environment import KEY_LEAST_CHARACTERS
from quizsite.places import COMMAND

# The site of this folder is on PostgreSQL. A SQLite file beside this one is from before a move.
ON_POSTGRESQL = "moved_to_postgresql"

# Django requires 50 characters; 50 random bytes make 67.
SECRET_KEY_BYTES = 50
# Different characters of a key. Django's own limit, as `KEY_LEAST_CHARACTERS`.
KEY_LEAST_DIFFERENT = 5


def make_data_folder(folder: Path) -> Path:
    """The folder, created if needed, readable by its owner only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        # Python raises it only for what is no folder.
        reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be made: {reason}. Set FOOTNOTE_DATA to a folder that this user may make."
        ) from error
    # Otherwise the message would name the first file that is looked for, which need not be there.
    if not os.access(folder, os.R_OK | os.X_OK, effective_ids=True):
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be used: Permission denied. Run this as the user of the site, and give "
            "the folder to that user."
        )
    return folder


def require_own_folder(folder: Path) -> None:
    """Raises ImproperlyConfigured if root works in the folder of another user, who could not read what root makes.

    A container may not know the owner of its volume. Root runs everything there, so such a folder is allowed.
    """
    owner = folder.stat().st_uid
    if os.geteuid() != 0 or owner == 0:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        return
    raise ImproperlyConfigured(
        f"The data folder {folder} belongs to the user {name}, who cannot use files that root creates. "
        f"Run this as that user: `sudo -u {name}`."
    )


def can_be_written(folder: Path) -> bool:
    """Whether this user may write into a folder, or make it if it is missing. It makes nothing."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK, effective_ids=True)


def others_can_read(path: Path) -> bool:
    """Whether the file is there, and users of the machine outside its group may read it and enter each folder above."""
    path = path.absolute()
    return (
        path.is_file()
        and bool(path.stat().st_mode & S_IROTH)
        and all(folder.stat().st_mode & S_IXOTH for folder in path.parents)
    )


def require_site(folder: Path) -> None:
    """Raises ImproperlyConfigured if no site on SQLite has ever been in this folder."""
    try:
        # Unlike a question for each name, it fails for a folder of another user in every version of Python.
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        names = []
    # One of them is there also when the database is lost, and while a restore replaces it.
    if not {SQLITE_FILE, f"{SQLITE_FILE}.made", COMMITTED}.intersection(names):
        raise ImproperlyConfigured(f"There is no site in {folder}. FOOTNOTE_DATA names the folder of the site.")


def require_not_moved(folder: Path) -> None:
    """Raises ImproperlyConfigured if the site of this folder is on PostgreSQL now."""
    marker = folder / ON_POSTGRESQL
    if not marker.exists():
        return
    way_back = (
        f"to go back to the SQLite file as it was before the move, delete {marker} and run `{COMMAND} reapply_erasures`"
        if (folder / SQLITE_FILE).exists()
        else f"to start an empty site or to restore a backup of SQLite, delete {marker}"
    )
    raise ImproperlyConfigured(
        f"This site is on PostgreSQL, and DATABASE_URL is not set. Set it to the database of the site. Only {way_back}."
    )


def mark_as_on_postgresql(folder: Path) -> None:
    """Let `require_not_moved` refuse this folder without DATABASE_URL from now on."""
    (folder / ON_POSTGRESQL).touch(mode=0o600)
    sync(folder)


def secret_key(folder: Path, *, database: Path | None = None, keep: bool = True) -> str:
    """The site's secret key, made on first use.

    database: the file that the key belongs to; if it exists, a missing key is lost, and none is made.
    keep: whether a new key goes into the folder. Otherwise it lasts as long as this process.
    """
    path = folder / SECRET_KEY_FILE
    try:
        if not path.exists():
            if database is not None and database.exists() and database.stat().st_size:
                raise ImproperlyConfigured(
                    f"The secret key of the database {database} is not set, and there is no {path}. If it is in a "
                    "settings file, FOOTNOTE_ENV_FILE names that file. Otherwise copy it from the folder of a backup. "
                    f"Only if it is lost, run `{COMMAND} accept_secret_key`: every PIN changes."
                )
            new = secrets.token_urlsafe(SECRET_KEY_BYTES)
            if not keep:
                return new
            keep_secret_key(folder, new)
        key = stored_key(path)
    except OSError as error:
        advice = " Give it to the user that the site runs as." if isinstance(error, PermissionError) else ""
        # A new folder that only root may write, such as one that Docker made, has no key to give to anyone.
        what = f"secret key {path} cannot be used" if os.path.exists(path) else f"folder {folder} cannot be written"
        raise ImproperlyConfigured(f"The {what}: {error.strerror}.{advice}") from error
    # This can happen after a full disk. If no one knows the earlier key, only a new one helps.
    if not key or "\ufffd" in key:
        raise ImproperlyConfigured(
            f"The secret key {path} is empty or damaged. Copy it from the folder of a backup. Only if it is lost, "
            f"delete the file and run `{COMMAND} accept_secret_key`: every PIN changes."
        )
    return strong_key(key, str(path))


def stored_key(path: Path) -> str:
    """The key in this file, the same in each locale. What is not UTF-8 becomes U+FFFD."""
    return path.read_text(encoding="utf-8", errors="replace").strip()


def keep_secret_key(folder: Path, key: str) -> None:
    """Put a new key into the folder, unless it has one.

    The key is written to another file and then linked into place, which fails when the name is taken:
    processes that start together agree on one key and none reads half of it.
    """
    aside = folder / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
    write_private(aside, key.encode())
    try:
        os.link(aside, folder / SECRET_KEY_FILE)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    # Or a power cut could take the name, and a database on another server would be left without its key.
    sync(folder)


def strong_key(key: str, name: str) -> str:
    """The key itself. Raises ImproperlyConfigured if it can be guessed. name: where it is set."""
    if len(key) < KEY_LEAST_CHARACTERS or len(set(key)) < KEY_LEAST_DIFFERENT:
        raise ImproperlyConfigured(
            f"The secret key in {name} can be guessed: it needs {KEY_LEAST_CHARACTERS} random characters. Put a new "
            "one there, and the earlier one into FOOTNOTE_SECRET_KEY_FALLBACKS, so that PINs stay."
        )
    return key
