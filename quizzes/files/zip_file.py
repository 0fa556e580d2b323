"""ZIP files from outside: what a damaged one raises, and reading within a limit."""

import lzma
import zipfile
import zlib

# What `zipfile` raises for a file that is cut, locked with a password, or packed in a way it does not know.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error, lzma.LZMAError)


class TooBig(Exception):
    """An entry unpacks to more than the limit."""


def declared_size(archive: zipfile.ZipFile) -> int:
    """The bytes of all entries unpacked, as the directory of the archive has them. It may be false."""
    return sum(entry.file_size for entry in archive.infolist())


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit: int) -> bytes:
    """The unpacked bytes of an entry; raises TooBig before more than the limit is in memory."""
    with archive.open(entry) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooBig
    return data
