"""The folder with everything that a site must keep: the database and the secret key."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# Django requires 50 characters; 50 random bytes make 67.
SECRET_KEY_BYTES = 50


def make_data_folder(folder: Path) -> Path:
    """The folder, created if needed, readable by its owner only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"The data folder {folder} cannot be used: {error.strerror}.") from error
    return folder


def secret_key(folder: Path) -> str:
    """The site's secret key, made on first use.

    The key is written aside and then linked into place, which fails when the name is taken:
    processes that start together agree on one key and none reads half of it.
    """
    path = folder / "secret_key"
    try:
        if not path.exists():
            aside = folder / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(SECRET_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(aside, path)
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The secret key {path} cannot be used: {error.strerror}.") from error
    if not key:
        raise ImproperlyConfigured(f"The secret key {path} is empty; delete the file to get a new one.")
    return key
