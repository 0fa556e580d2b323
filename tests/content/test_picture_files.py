"""Pictures that teachers upload: what is refused, and what is left of a file."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from quizzes.content import picture_files
from quizzes.content.picture_files import (
    JPEG,
    MAX_PIXELS,
    MAX_SIDE,
    PNG,
    UnusablePicture,
    clean_picture,
    stored_picture,
)
from tests.factories import make_picture

PLACE = "Exif place of the camera"


def exif(*, orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = PLACE
    found[0x0112] = orientation
    return found


def bomb(width: int, height: int) -> bytes:
    """A PNG file of a few bytes that says it has this many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _text_of_png(key: str, text: str) -> PngInfo:
    info = PngInfo()
    info.add_text(key, text)
    return info


@pytest.mark.parametrize(("file_format", "media_type"), [("PNG", PNG), ("JPEG", JPEG), ("WEBP", JPEG)])
def test_picture_is_encoded_again_without_metadata(file_format: str, media_type: str) -> None:
    uploaded = make_picture(file_format=file_format, exif=exif(), icc_profile=b"a profile", comment=b"a comment")
    assert PLACE.encode() in uploaded
    # Bytes after the end of the picture could be another file.
    found = clean_picture(uploaded + b"<script>alert(1)</script>")

    assert (found.media_type, found.width, found.height) == (media_type, 40, 30)
    for secret in (PLACE.encode(), b"a profile", b"script"):
        assert secret not in found.content
    again = Image.open(io.BytesIO(found.content))
    assert (again.size, dict(again.getexif())) == ((40, 30), {})
    assert again.info.keys() & {"icc_profile", "comment", "exif", "xmp"} == set()
    assert stored_picture(found.content, media_type) == found
    # The same upload is the same picture.
    assert clean_picture(uploaded) == found


def test_picture_is_upright_and_no_larger_than_needed() -> None:
    found = clean_picture(make_picture(size=(2_000, 500), file_format="JPEG", exif=exif(orientation=6)))

    assert (found.width, found.height) == (MAX_SIDE // 4, MAX_SIDE)


def test_photo_of_a_recent_phone_is_taken() -> None:
    """An iPhone 15 and later takes pictures of this size."""
    found = clean_picture(make_picture(size=(5_712, 4_284), file_format="JPEG"))

    assert (found.width, found.height) == (MAX_SIDE, 1_200)


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("WEBP", {"exif": b"Exif\0\0no header of TIFF"}),
        ("PNG", {"pnginfo": _text_of_png("Raw profile type exif", "\nexif\n9\nzz")}),
        # A list of fields that ends too early.
        ("JPEG", {"exif": exif().tobytes()[:-40]}),
    ],
    ids=["WebP", "PNG", "JPEG"],
)
def test_picture_with_broken_data_of_its_camera_is_taken(file_format: str, options: dict[str, Any]) -> None:
    assert clean_picture(make_picture(size=(40, 30), file_format=file_format, **options)).width == 40


def test_scan_in_16_bits_of_gray_keeps_its_grays() -> None:
    file = io.BytesIO()
    scan = Image.new("I;16", (2, 1), 128 * 256)
    scan.putpixel((1, 0), 255 * 256 + 255)
    scan.save(file, "PNG")

    found = Image.open(io.BytesIO(clean_picture(file.getvalue()).content))

    assert [found.getpixel((place, 0)) for place in range(2)] == [(128, 128, 128), (255, 255, 255)]


def test_transparent_picture_stays_transparent() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 40)).save(file, "WEBP")

    found = clean_picture(file.getvalue())

    assert found.media_type == PNG
    assert Image.open(io.BytesIO(found.content)).getpixel((0, 0))[3] == 40


def test_large_png_becomes_a_jpeg_on_white(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_PNG_BYTES", 50)
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(file, "PNG")

    found = clean_picture(file.getvalue())

    assert found.media_type == JPEG
    assert Image.open(io.BytesIO(found.content)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Choose a PNG, JPEG, or WebP picture."),
        (b"GIF89a" + b"\0" * 50, "Choose a PNG, JPEG, or WebP picture."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "Choose a PNG, JPEG, or WebP picture."),
        (make_picture()[:60], "Part of this picture is missing or damaged. Save it again."),
        (make_picture(file_format="GIF"), "Choose a PNG, JPEG, or WebP picture."),
        (bomb(5_001, 5_000), f"Choose a picture of up to {MAX_PIXELS // 1_000_000} million pixels."),
        # Pillow itself warns of so many pixels, and raises for twice as many.
        (bomb(10_000, 10_000), f"Choose a picture of up to {MAX_PIXELS // 1_000_000} million pixels."),
        (bomb(60_000, 60_000), f"Choose a picture of up to {MAX_PIXELS // 1_000_000} million pixels."),
        (b"\0" * (8 * 1024 * 1024 + 1), "Choose a picture of up to 8 MB."),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnusablePicture) as refused:
        clean_picture(content)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(make_picture(), JPEG), (make_picture(), "image/svg+xml"), (b"\x89PNG", PNG), (bomb(5_000, 5_000), PNG)],
)
def test_picture_of_a_file_must_be_what_it_says(content: bytes, media_type: str) -> None:
    with pytest.raises(UnusablePicture):
        stored_picture(content, media_type)
