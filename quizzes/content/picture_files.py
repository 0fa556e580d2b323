"""Check a picture that a teacher uploads, and encode it again, without metadata and no larger than needed. Pure."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizzes.phrases import gettext

# Functions import it, because the library takes 6 ms of a start, and only an upload of a picture needs it.
if TYPE_CHECKING:
    from PIL import Image

MAX_UPLOAD_BYTES = 8 * 1024 * 1024
# A photo of a recent phone has up to 5,712 × 4,284 pixels. 25 million are 100 MB in memory.
MAX_PIXELS = 25_000_000
# Twice the width of the reading on a large screen, and 200 dots per inch on paper.
MAX_SIDE = 1_600
# A PNG of a photo is several times as large as a JPEG that looks the same.
MAX_PNG_BYTES = 1024 * 1024
# What a file of a class may hold. Our own files are smaller.
MAX_STORED_BYTES = 4 * 1024 * 1024
JPEG_QUALITY = 85
PNG, JPEG = "image/png", "image/jpeg"
_FORMATS = {PNG: "PNG", JPEG: "JPEG"}
_UPLOADED = ("PNG", "JPEG", "WEBP")


class UnusablePicture(ValueError):
    """The file cannot be used. The message says why, for the teacher."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as it is stored. digest: SHA-256 of content. width, height: in pixels."""

    digest: str
    content: bytes
    media_type: str
    width: int
    height: int


def pixel_count(content: bytes) -> int:
    """How many pixels the file says that it has, without decoding them; raises UnusablePicture."""
    width, height = _header(content, _UPLOADED).size
    return width * height


def clean_picture(content: bytes, *, max_side: int = MAX_SIDE) -> PictureFile:
    """The uploaded PNG, JPEG or WebP file, encoded again, upright, at most `max_side` wide and high.

    Raises UnusablePicture. Only the first image of an animation is kept.
    """
    from PIL import Image

    if len(content) > MAX_UPLOAD_BYTES:
        raise UnusablePicture(
            gettext("Choose a picture of up to {value} MB.").format(value=MAX_UPLOAD_BYTES // 1024**2)
        )
    image = _opened(content, _UPLOADED)
    is_opaque = not image.has_transparency_data
    picture = _in_8_bits(_upright(image)).convert("RGB" if is_opaque else "RGBA")
    picture.thumbnail((max_side, max_side))
    # Names, places and comments of the camera would be written too.
    picture.info.clear()
    if is_opaque and image.format != "PNG":
        return _written(picture, JPEG)
    found = _written(picture, PNG)
    if len(found.content) > MAX_PNG_BYTES:
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=None if is_opaque else picture.getchannel("A"))
        return _written(paper, JPEG)
    return found


def stored_picture(content: bytes, media_type: str) -> PictureFile:
    """The picture of a file that Footnote wrote, byte for byte; raises UnusablePicture if it is not what it says."""
    if media_type not in _FORMATS or len(content) > MAX_STORED_BYTES:
        raise UnusablePicture(gettext("A picture of this file has another type or is too large."))
    image = _opened(content, (_FORMATS[media_type],))
    return PictureFile(hashlib.sha256(content).hexdigest(), content, media_type, *image.size)


def _header(content: bytes, formats: tuple[str, ...]) -> "Image.Image":
    """The image without its pixels. Its size is checked before memory is taken for it."""
    from PIL import Image

    too_large = gettext("Choose a picture of up to {value} million pixels.").format(value=MAX_PIXELS // 1_000_000)
    try:
        with warnings.catch_warnings():
            # Pillow warns of camera data that is broken, which no page shows, and of many pixels, which are counted.
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=formats)
    except Image.DecompressionBombError as error:
        raise UnusablePicture(too_large) from error
    except Exception as error:  # Pillow's decoders raise errors of many types for a broken file.
        raise UnusablePicture(gettext("Choose a PNG, JPEG, or WebP picture.")) from error
    if image.width * image.height > MAX_PIXELS:
        raise UnusablePicture(too_large)
    return image


def _opened(content: bytes, formats: tuple[str, ...]) -> "Image.Image":
    """The image with its pixels."""
    image = _header(content, formats)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
    except Exception as error:  # Pillow's decoders raise errors of many types for a broken file.
        raise UnusablePicture(gettext("Part of this picture is missing or damaged. Save it again.")) from error
    return image


def _upright(image: "Image.Image") -> "Image.Image":
    """The image, turned as its camera data says; unchanged if that data is broken."""
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ImageOps.exif_transpose(image)
    except Exception:  # Pillow raises errors of many types for broken camera data.
        return image


def _in_8_bits(image: "Image.Image") -> "Image.Image":
    """The image; one in 16 bits of gray, as some scanners write it, in 8. Pillow would make most of its grays white."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda gray: gray / 256).convert("L")


def _written(picture: "Image.Image", media_type: str) -> PictureFile:
    file = io.BytesIO()
    options = {"quality": JPEG_QUALITY} if media_type == JPEG else {}
    picture.save(file, _FORMATS[media_type], optimize=True, **options)
    content = file.getvalue()
    return PictureFile(hashlib.sha256(content).hexdigest(), content, media_type, *picture.size)
