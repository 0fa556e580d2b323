"""Pictures of the questions in a file: find them, and encode them again within limits. Pure."""

import posixpath
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from quizzes.content.picture_files import (
    JPEG,
    MAX_UPLOAD_BYTES,
    PNG,
    PictureFile,
    UnusablePicture,
    clean_picture,
    pixel_count,
)
from quizzes.content.pictures import MAX_ALTERNATIVE, MAX_CREDIT
from quizzes.files.questions.item import ItemPicture, ReadQuestion
from quizzes.phrases import gettext

# Our own mark of the line below a picture in HTML: who made it, and its license.
CREDIT_CLASS = "picture-credit"
# All pictures of an import, encoded again. The preview carries them in its form, and Django reads 2 MB of text.
MAX_BYTES_OF_ALL = 1_300_000
# Tried one after the other, until all pictures fit. In pixels.
_SMALLER_SIDES = (1_000, 700)
# About 5 seconds of decoding.
_MAX_PIXELS_OF_ALL = 96_000_000
_CANVAS_FILES = ("$IMS-CC-FILEBASE$/", "$IMS_CC_FILEBASE$/")
_CANVAS_FOLDER = "web_resources"
_MOODLE_FILES = "@@PLUGINFILE@@/"

Find = Callable[[str], bytes | None]


def embedded(source: str) -> bytes | None:
    """The bytes of a “data:” address in base64, None for any other address."""
    head, _, data = source.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        return None
    return bytes_of(data)


def bytes_of(text: str | None) -> bytes | None:
    """The bytes of a text in base64, None if it is not base64 or too large."""
    packed = "".join((text or "").split())
    if not packed or len(packed) > MAX_UPLOAD_BYTES * 4 // 3 + 4:
        return None
    try:
        return b64decode(packed, validate=True)
    except ValueError:
        return None


def attached_to(files: Mapping[str, bytes | None]) -> Find:
    """Finds the files that a question of Moodle carries, by name."""

    def find(source: str) -> bytes | None:
        name = unquote(source).removeprefix(_MOODLE_FILES).partition("?")[0]
        return files.get(name) if source.startswith(_MOODLE_FILES) else embedded(source)

    return find


def in_package(files: Mapping[str, bytes], path: str) -> Find:
    """Finds the files of a package by their address in its file at this path."""
    folder = posixpath.dirname(path)
    # Filled at the first address that leads to no file.
    by_name = defaultdict[str, list[bytes]](list)

    def find(source: str) -> bytes | None:
        if source.startswith("data:"):
            return embedded(source)
        address = unquote(source.partition("?")[0].partition("#")[0])
        for mark in _CANVAS_FILES:
            address = address.removeprefix(mark)
        for place in (folder, _CANVAS_FOLDER, ""):
            if (found := files.get(posixpath.normpath(posixpath.join(place, address)))) is not None:
                return found
        # Programs move the files of a package and leave the addresses.
        if not by_name:
            for name, content in files.items():
                by_name[posixpath.basename(name)].append(content)
        alike = by_name.get(posixpath.basename(address), [])
        return alike[0] if len(alike) == 1 else None

    return find


@dataclass
class PictureTaker:
    """Takes the first picture of a question that the file has. credit: what our own mark says of it."""

    find: Find
    credit: str = ""
    _source: str | None = None
    _picture: ItemPicture | None = field(default=None, init=False)

    def take(self, source: str, alternative: str) -> bool:
        """Whether the picture at this address is that of the question, also if it is met again."""
        if self._source is not None or not source:
            return bool(source) and source == self._source
        content = self.find(source)
        if content is None:
            return False
        self._source = source
        self._picture = ItemPicture(content, " ".join(alternative.split()))
        return True

    @property
    def picture(self) -> ItemPicture | None:
        """The picture, None if the question has none that the file has."""
        return self._picture and replace(self._picture, credit=" ".join(self.credit.split()))


def ending_of(file: PictureFile) -> str:
    """The ending of the name of this picture's file."""
    return {PNG: ".png", JPEG: ".jpg"}[file.media_type]


# --- Encoding again -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CleanPictures:
    """Pictures encoded again, by the bytes of their files. refused: the reason for each that cannot be used.

    side: the greatest width and height in pixels if they were made smaller to fit, else None.
    """

    files: Mapping[bytes, PictureFile]
    refused: Mapping[bytes, str]
    side: int | None

    def note(self, content: bytes) -> str:
        """What the teacher must know about this picture."""
        if reason := self.refused.get(content):
            return gettext("Its picture was left out. {reason}").format(reason=reason)
        if self.side is not None:
            return gettext("Its picture is at most {count} pixels wide now. Check that it is still clear.").format(
                count=self.side
            )
        return ""


def clean_pictures(contents: Iterable[bytes]) -> CleanPictures:
    """Each picture encoded again, smaller if they are too large together."""
    files, refused, pixels = dict[bytes, PictureFile](), dict[bytes, str](), 0
    too_large = gettext("The pictures of this file are too large together. Add this one in the editor.")
    for content in dict.fromkeys(contents):
        try:
            pixels += pixel_count(content)
            if pixels > _MAX_PIXELS_OF_ALL:
                refused[content] = too_large
                continue
            files[content] = clean_picture(content)
        except UnusablePicture:
            refused[content] = gettext("Add it in the editor as PNG, JPEG, or WebP.")
    used = None
    for side in _SMALLER_SIDES:
        if _size(files) > MAX_BYTES_OF_ALL:
            used = side
            files = {content: clean_picture(file.content, max_side=side) for content, file in files.items()}
    while _size(files) > MAX_BYTES_OF_ALL:
        content, _ = files.popitem()
        refused[content] = too_large
    return CleanPictures(files, refused, used)


def _size(files: Mapping[bytes, PictureFile]) -> int:
    return sum(len(file.content) for file in files.values())


def with_clean_pictures(found: ReadQuestion, clean: CleanPictures) -> ReadQuestion:
    """The outcome with its picture encoded again, or without it, and a note on what the teacher must do."""
    if found.item is None or found.item.picture is None:
        return found
    picture = found.item.picture
    note, file = clean.note(picture.content), clean.files.get(picture.content)
    if file is None:
        # The question may depend on what the picture shows.
        note = " ".join(filter(None, (note, picture.alternative and f"“{picture.alternative}”")))
        return replace(found, item=replace(found.item, picture=None), notes=(*found.notes, note))
    picture = replace(
        picture, alternative=picture.alternative[:MAX_ALTERNATIVE], credit=picture.credit[:MAX_CREDIT], file=file
    )
    if not picture.is_complete:
        asked = gettext("It has a picture. Before you publish, say what it shows and add its credit.")
        note = f"{note} {asked}".strip()
    return replace(found, item=replace(found.item, picture=picture), notes=tuple(filter(None, (*found.notes, note))))
