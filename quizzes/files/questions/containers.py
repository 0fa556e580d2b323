"""Open XML and ZIP files from anywhere, with limits against files that expand without end, and write our own."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import escape
from html.entities import html5
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from quizzes.content.picture_files import MAX_UPLOAD_BYTES
from quizzes.files.questions.item import UnreadableFile
from quizzes.files.sheet import OLD_EXCEL, ZIP
from quizzes.files.text_encoding import declared_encoding, guessed_encoding
from quizzes.files.zip_file import DAMAGED, TooBig, declared_size, read_entry
from quizzes.phrases import gettext, gettext_noop

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 5_000
# Text compresses to a tenth. A file that unpacks to 200 times its size is an attack.
MAX_RATIO = 200
# Below this size, even a great ratio does no harm.
_SMALL = 1024 * 1024
# Each takes 100 bytes and 6 microseconds. Cells, attributes, and values take 3. 10,000 questions have 50 each.
MAX_ELEMENTS = 500_000
# Some formats are read line by line.
MAX_LINES = 1_000_000
# Deeper elements would exhaust the stack of a reader that walks the tree.
_MAX_DEPTH = 200

COPY_QUESTIONS = gettext_noop("This is a {kind} file. Copy the questions from it, and paste them here.")
_DOCUMENTS = ((b"%PDF-", "PDF"), (b"{\\rtf", "Word"))
_DOCUMENTS_IN_ZIP = (
    (b"word/document.xml", "Word"),
    (b"ppt/presentation.xml", "PowerPoint"),
    (b"opendocument.text", "LibreOffice"),
    (b"opendocument.presentation", "LibreOffice"),
    (b"Index/Tables/", "Numbers"),
    (b"Index/Document.iwa", "Pages"),
)
_OLD_WORD = "WordDocument".encode("utf-16-le")
# Bounded: a long run of spaces would otherwise be read again from each of its spaces.
_ENCODING = re.compile(r"""^(\s{0,99}<\?xml[^>]{0,99}?)\sencoding\s{0,9}=\s{0,9}["'][^"']{0,99}["']""")
_FENCE = re.compile(r"^[ \t]{0,9}```[\w-]{0,20}[ \t]{0,9}$", re.MULTILINE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_TOO_MUCH = gettext_noop("This file is too big for a file of questions. Export fewer questions.")
_TOO_BIG = gettext_noop("This ZIP file is too big when it is unpacked. Export fewer questions.")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos", "AMP", "LT", "GT", "QUOT"))
# XML has no place for these, yet some programs write them.
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16, or else what its letters are likely in. Raises UnreadableFile.

    A line that starts or ends a block of code in Markdown, “```gift”, is blank: chat programs put questions there.
    """
    check_size(content)
    try:
        text = content.decode(declared_encoding(content) or "utf-8")
    except UnicodeDecodeError:
        text = content.decode(guessed_encoding(content), errors="replace")
    if "\x00" in text:
        raise UnreadableFile(gettext("This isn’t a file of questions in a format that we know."))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    check_lines(text, at_most=MAX_LINES)
    return text if text.lstrip().startswith("<") else _FENCE.sub("", text)


def document_kind(content: bytes) -> str:
    """What made a document of text, such as “Word”; "" for other files. A ZIP file has the names in it uncompressed."""
    if content.startswith(ZIP):
        return next((kind for mark, kind in _DOCUMENTS_IN_ZIP if mark in content), "")
    if content.startswith(OLD_EXCEL):
        return "Word" if _OLD_WORD in content else ""
    return next((kind for mark, kind in _DOCUMENTS if content.startswith(mark)), "")


def is_guessed(content: bytes) -> bool:
    """Whether `decoded` guesses how the letters of a text are stored."""
    if content.startswith((ZIP, OLD_EXCEL)) or content.lstrip().startswith(b"<") or declared_encoding(content):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


def check_lines(text: str, *, at_most: int, characters: int = MAX_BYTES) -> None:
    """Raise UnreadableFile if a text has more lines or more characters."""
    if text.count("\n") > at_most or len(text) > characters:
        raise UnreadableFile(gettext(_TOO_MUCH))


def check_size(content: bytes) -> None:
    """Raise UnreadableFile if a file has so many bytes."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile(gettext("This file is over 16 MB. Is it the right file?"))


def check_elements(count: int, *, at_most: int = MAX_ELEMENTS) -> None:
    """Raise UnreadableFile if a file has more elements, attributes, cells, or values."""
    if count > at_most:
        raise UnreadableFile(gettext(_TOO_MUCH))


def xml_tree(content: bytes) -> Element:
    """The root of an XML document, with names without their namespace. Raises UnreadableFile.

    A document with entities of its own is refused: they can expand without end or read files.
    """
    # The text is decoded already, so its own declaration of an encoding must not apply.
    text = _ENCODING.sub(r"\1", _CONTROL.sub("", decoded(content)).lstrip("\ufeff \n\t"))
    check_elements(max(text.count("<") - text.count("</"), text.count("=")))
    try:
        root: Element = fromstring(_NAMED.sub(_character, text).encode(), forbid_entities=True)
    except DefusedXmlException as error:
        raise UnreadableFile(
            gettext("This XML file defines entities, which isn’t safe to read. Export it again.")
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableFile(_incomplete(error)) from error
    _check_depth(root)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _incomplete(error: Exception) -> str:
    line = getattr(error, "position", (0, 0))[0]
    if not line:
        return gettext("Part of this XML file is missing. Export it again.")
    return gettext("This XML file can’t be read at line {number}. Export it again.").format(number=line)


def _character(match: re.Match[str]) -> str:
    """The character of an entity of HTML, such as &nbsp;. XML has only five, and files that people edit have more."""
    known = html5.get(f"{match[1]};", "") if match[1] not in _OF_XML else ""
    return escape(known) or match[0]


def _check_depth(root: Element) -> None:
    level = [root]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableFile(gettext("This XML file is nested too deep to be a file of questions."))


def tag_lines(content: bytes, tag: str, count: int) -> list[str]:
    """“Line 14” for each element with this tag, in order; “Question 3” if a comment or a text looks like one."""
    text = decoded(content)
    found = [match.start() for match in re.finditer(rf"<(?:\w+:)?{tag}[\s>/]", text)]
    if len(found) != count:
        return [gettext("Question {number}").format(number=number) for number in range(1, count + 1)]
    lines, line, place = [], 1, 0
    for start in found:
        line += text.count("\n", place, start)
        place = start
        lines.append(gettext("Line {number}").format(number=line))
    return lines


def zip_entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(path, content) of the XML files of a ZIP file, in order of path. Raises UnreadableFile."""
    check_size(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            size = declared_size(archive)
            if len(entries) > MAX_ENTRIES or size > MAX_UNPACKED_BYTES or size > max(_SMALL, MAX_RATIO * len(content)):
                raise UnreadableFile(gettext(_TOO_BIG))
            left = MAX_UNPACKED_BYTES
            for entry in sorted(entries, key=lambda entry: entry.filename):
                if entry.is_dir() or not entry.filename.casefold().endswith((".xml", ".qti", ".dat")):
                    continue
                data = read_entry(archive, entry, limit=left)
                left -= len(data)
                # Blackboard gives all of its files this ending.
                if entry.filename.casefold().endswith(".dat") and b"<questestinterop" not in data[:2_000]:
                    continue
                yield entry.filename, data
    except UnreadableFile:
        raise
    except TooBig as error:
        raise UnreadableFile(gettext(_TOO_BIG)) from error
    except DAMAGED as error:
        raise UnreadableFile(gettext("Part of this ZIP file is missing or locked. Export it again.")) from error
    except (ValueError, MemoryError) as error:
        raise UnreadableFile(gettext("This ZIP file can’t be read. Export it again.")) from error


_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def zip_pictures(content: bytes) -> dict[str, bytes]:
    """The pictures of a ZIP file that `zip_entries` took, by path. One that can't be read is left out."""
    found, left = dict[str, bytes](), MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not entry.filename.casefold().endswith(_PICTURES):
                continue
            try:
                data = read_entry(archive, entry, limit=min(left, MAX_UPLOAD_BYTES))
            except (TooBig, *DAMAGED, ValueError):
                continue
            left -= len(data)
            found[entry.filename] = data
    return found


_FILE = re.compile(rb"""<(?:\w{1,20}:)?file\b[^>]{0,200}?\shref=["']([^"'>]{1,300})["']""")
_WEIGHT = re.compile(rb"""<(?:qti-)?weight\b[^>]{0,200}?\svalue=["'](\d{1,4}(?:\.\d{1,6})?)["']""")
_TEST_ITEM = re.compile(
    rb"""<(?:qti-assessment-item-ref|assessmentItemRef)\b[^>]{0,500}?\shref=["']([^"'>]{1,300})["']"""
)


def in_order_of_test(entries: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The files of a package, in the order of a test of QTI 2 or 3, or of the manifest."""
    places = dict[str, int]()
    # Without a test, the order of the manifest counts.
    for path, data in sorted(entries, key=lambda entry: entry[0].casefold().endswith("imsmanifest.xml")):
        named = _FILE if path.casefold().endswith("imsmanifest.xml") else _TEST_ITEM
        for match in named.finditer(data) if named is _FILE or b"essment" in data else ():
            places.setdefault(_path_in(path, match[1]), len(places))
    return sorted(entries, key=lambda entry: places.get(entry[0], len(places)))


def weights_of_test(entries: list[tuple[str, bytes]]) -> dict[str, str]:
    """The weights that a test of QTI 2 or 3 gives to items, by path."""
    found = {}
    for path, data in entries:
        if b"essment" not in data or b"eight" not in data:
            continue
        refs = list(_TEST_ITEM.finditer(data))
        for match, following in zip(refs, [*refs[1:], None], strict=False):
            # A weight comes right after the start of its reference.
            end = min(match.end() + 1_000, following.start() if following else len(data))
            if weight := _WEIGHT.search(data, match.end(), end):
                found[_path_in(path, match[1])] = weight[1].decode()
    return found


def _path_in(path: str, href: bytes) -> str:
    """The path in the package of a file that the file at `path` names."""
    folder = path.rpartition("/")[0]
    return posixpath.normpath(posixpath.join(folder, unquote(href.decode("utf-8", errors="replace"))))


def write_xml(root: Element) -> bytes:
    """An XML file with this root."""
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def write_zip(files: dict[str, bytes]) -> bytes:
    """A ZIP file with these files. Equal files give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()
