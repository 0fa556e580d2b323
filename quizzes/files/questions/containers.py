"""Open XML and ZIP files from anywhere, with limits against files that expand without end."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from quizzes.files.questions.item import UnreadableFile
from quizzes.files.zip_file import DAMAGED, TooBig, declared_size, read_entry

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 5_000
# Text compresses to a tenth. A file that unpacks to 200 times its size is an attack.
MAX_RATIO = 200
# Below this size, even a great ratio does no harm.
_SMALL = 1024 * 1024
# Deeper elements would exhaust the stack of a reader that walks the tree.
_MAX_DEPTH = 200

_ENCODING = re.compile(r"""^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with a mark, or else Windows-1252. Raises UnreadableFile."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile("This file is over 16 MB. Is it the right file?")
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((name for mark, name in marks if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise UnreadableFile("This isn’t a file of questions in a format that we know.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def xml_tree(content: bytes) -> Element:
    """The root of an XML document, with names without their namespace. Raises UnreadableFile.

    A document with entities of its own is refused: they can expand without end or read files.
    """
    try:
        # The text is decoded already, so its own declaration of an encoding must not apply.
        root: Element = fromstring(_ENCODING.sub(r"\1", decoded(content)).encode(), forbid_entities=True)
    except DefusedXmlException as error:
        raise UnreadableFile("This XML file defines entities, which isn’t safe to read. Export it again.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableFile(f"This isn’t a complete XML file: {_place(error)}.") from error
    _check_depth(root)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _place(error: Exception) -> str:
    line = getattr(error, "position", (0, 0))[0]
    return f"it can’t be read at line {line}" if line else "it can’t be read"


def _check_depth(root: Element) -> None:
    level = [root]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableFile("This XML file is nested too deep to be a file of questions.")


def tag_lines(content: bytes, tag: str, count: int) -> list[str]:
    """“Line 14” for each element with this tag, in order; “Question 3” if a comment or a text looks like one."""
    text = decoded(content)
    found = [match.start() for match in re.finditer(rf"<(?:\w+:)?{tag}[\s>/]", text)]
    if len(found) != count:
        return [f"Question {number}" for number in range(1, count + 1)]
    lines, line, place = [], 1, 0
    for start in found:
        line += text.count("\n", place, start)
        place = start
        lines.append(f"Line {line}")
    return lines


def zip_entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(path, content) of the XML files of a ZIP file, in order of path. Raises UnreadableFile."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile("This file is over 16 MB. Is it the right file?")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            size = declared_size(archive)
            if len(entries) > MAX_ENTRIES or size > MAX_UNPACKED_BYTES or size > max(_SMALL, MAX_RATIO * len(content)):
                raise UnreadableFile("This ZIP file unpacks to far more than a set of questions. It wasn’t opened.")
            left = MAX_UNPACKED_BYTES
            for entry in sorted(entries, key=lambda entry: entry.filename):
                if entry.is_dir() or not entry.filename.casefold().endswith((".xml", ".qti")):
                    continue
                data = read_entry(archive, entry, limit=left)
                left -= len(data)
                yield entry.filename, data
    except TooBig as error:
        raise UnreadableFile("This ZIP file unpacks to far more than a set of questions.") from error
    except DAMAGED as error:
        raise UnreadableFile("Part of this ZIP file is missing or locked. Export it again.") from error
    except (zipfile.LargeZipFile, ValueError, MemoryError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile("This ZIP file can’t be read. Export it again.") from error


def write_zip(files: dict[str, bytes]) -> bytes:
    """A ZIP file with these files. Equal files give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()
