"""Random damage to a file: to its bytes, or to its lines, elements, values and entries."""

import io
import json
import random
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from quizzes.files.zip_file import DAMAGED

# Bytes that readers treat in a way of their own: marks, ends, quotes, digits of other scripts, halves of characters.
ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t", b'"', b"'", b"=", b"{", b"}", b"[[1]]", b"<", b">",
    b"&amp;", b"<![CDATA[", b"]]>", b"\\", b"%100%", b"::", b"->", b"#", b"~", b"1e999", b"-1", b"9" * 20, b"NaN",
    b"\xed\xa0\x80", b"\xee\x80\x80", b"null", b"[]", *(text.encode() for text in "²١İﬁ\u202e\u200d"),
)  # fmt: skip
ODD_VALUES: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    "2026-13-45",
    "1e400",
)


def damaged(samples: Sequence[bytes], chance: random.Random) -> bytes:
    """A sample with up to 4 kinds of damage."""
    content = chance.choice(samples)
    for _ in range(chance.choice((1, 1, 2, 4))):
        content = chance.choice((_bytes, _structure))(content, samples, chance)
    return content


def _bytes(content: bytes, samples: Sequence[bytes], chance: random.Random) -> bytes:
    place, length = chance.randint(0, len(content)), chance.choice((1, 2, 8, 60, 400))
    before, span, after = content[:place], content[place : place + length], content[place + length :]
    match chance.randrange(7):
        case 0:
            return before + bytes(byte ^ 1 << chance.randrange(8) for byte in span) + after
        case 1:
            return before + chance.choice(ODD) * chance.choice((1, 1, 3, 2_000)) + span + after
        case 2:
            return before + after
        case 3:
            return before + span * chance.choice((2, 10, 500)) + after
        case 4:
            return before
        case 5:
            other = chance.choice(samples)
            start = chance.randint(0, len(other))
            return before + other[start : start + chance.choice((4, 40, 4_000))] + after
    return before + chance.randbytes(length) + after


def _structure(content: bytes, samples: Sequence[bytes], chance: random.Random) -> bytes:
    """Damage that keeps the outer form of the file; its bytes if it has none."""
    start = content.lstrip(b"\xef\xbb\xbf \r\n")[:1]
    try:
        if content.startswith(b"PK\x03\x04"):
            return _zip(content, chance)
        if start == b"<":
            return _xml(content, chance)
        if start == b"{":
            return _json(content, chance)
    except (ParseError, ValueError, LookupError, *DAMAGED):
        return _bytes(content, samples, chance)
    return _lines(content, chance)


def _zip(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    place = chance.randrange(len(entries))
    name, data = entries[place]
    match chance.randrange(6):
        case 0:
            del entries[place]
        case 1:
            entries.append((f"{name[:-4]}-2{name[-4:]}", data))
        case 2:
            entries[place] = (chance.choice(("../x.xml", "a/b/c/" + name, name.upper(), "é.xml", "x/")), data)
        case _:
            # Most of the damage is to what the entry says.
            entries[place] = (name, damaged([data], chance))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, data in dict(entries).items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def _xml(content: bytes, chance: random.Random) -> bytes:
    root: Element = fromstring(content)  # noqa: S314  # nosec B314  # our own samples
    elements = list(root.iter())
    element, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(8):
        case 0 if len(element):
            element.remove(chance.choice(list(element)))
        case 1:
            element.text = chance.choice(ODD).decode("utf-8", "ignore").replace("\x00", "")
        case 2 if element.attrib:
            element.attrib[chance.choice(list(element.attrib))] = chance.choice(
                ("", "0", "-1", "1e999", "x", "ordered")
            )
        case 3 if element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        case 4:
            element.tag, other.tag = other.tag, element.tag
        case 5 if len(element):
            chosen = chance.choice(list(element))
            for _ in range(chance.choice((1, 9, 300))):
                element.append(chosen)
        case 6 if not any(child is element for child in other.iter()):
            element.append(other)
        case _:
            element.text, other.text = other.text, element.text
    return bytes(tostring(root, encoding="utf-8"))


def _json(content: bytes, chance: random.Random) -> bytes:
    document = json.loads(content)
    places = list(_places(document))
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[key] = chance.choice(ODD_VALUES)
        case 2:
            other, other_key = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[other_key]))
        case _:
            if isinstance(holder, list):
                holder += [holder[key]] * chance.choice((1, 20))
            else:
                holder[chance.choice(("x", "key", "type", "text"))] = chance.choice(ODD_VALUES)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(object or list, key) of each value inside."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    separator = max((b"\t", b",", b";", b"#"), key=lines[place].count)
    cells = lines[place].split(separator)
    cell = chance.randrange(len(cells))
    match chance.randrange(7):
        case 0:
            del lines[place]
        case 1:
            lines[place], lines[other] = lines[other], lines[place]
        case 2:
            lines[place:place] = [lines[other]] * chance.choice((1, 2, 600))
        case 3:
            cells[cell] = chance.choice(ODD)
        case 4:
            cells[cell] *= chance.choice((2, 100))
        case 5:
            del cells[cell]
        case _:
            cells[cell:cell] = [b""] * chance.choice((1, 80))
    if chance.random() < 0.5 and place < len(lines):
        lines[place] = separator.join(cells)
    return b"\n".join(lines)
