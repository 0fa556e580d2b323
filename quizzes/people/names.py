"""Names of students: cleaned, split, shortened, with keys for comparing and sorting."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

MAX_NAME_LENGTH = 60
# Letters that look alike in most typefaces, in lower or upper case. Nobody can distinguish two names that differ only
# in these. Source: confusables of Unicode TR 39, limited to the Cyrillic and Greek letters of common names.
_LOOK_ALIKE = str.maketrans("аеорсухіјԁһѕԛԝвкмнтаορνικβεζημτυχ", "aeopcyxijdhsqwbkmhtaopvikbezhmtyx")
# The joiners of Persian, Hindi, Sinhala and other scripts. Between letters of these scripts they change the shape.
_JOINERS = "\u200c\u200d"
# Hebrew is the first script after Greek, Cyrillic and Armenian. No script before it needs a joiner.
_FIRST_JOINED = "\u0590"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# Words that belong to the family name behind them: “de la Cruz”, “van Dyke”.
_PARTICLES = frozenset(
    "da das de del della der di do dos du el la las le los lo mac mc san santa st te ten van von y zu al bin"
    " ibn".split()
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v)\.?", re.IGNORECASE)
# Two students with one name: “Maria Garcia (2)”.
_NUMBERED = re.compile(r"\((\d+)\)")


class InvalidName(ValueError):
    """The name cannot be used on a roster. The message is for teachers."""


class PersonName(NamedTuple):
    """A name for a roster. family: the part of `display` to sort by, "" if it is not known."""

    display: str
    family: str


def clean_name(text: str) -> str:
    """The name in NFKC with single spaces. Raises InvalidName if it is too long or has no letter or digit.

    Control, format (bidi, zero-width) and private characters raise InvalidName too: nobody types them by accident.
    Joiners may stand between letters of scripts that need them. Tabs and line ends count as spaces.
    """
    name = " ".join(unicodedata.normalize("NFKC", text[: MAX_NAME_LENGTH * 20]).split())
    if any(_is_hidden(name, place) for place in range(len(name))):
        raise InvalidName("the name has a hidden character, so retype it")
    if "@" in name:
        raise InvalidName("this is an email address, not a name")
    if not any(character.isalnum() for character in name):
        raise InvalidName("the name is blank")
    if len(name) > MAX_NAME_LENGTH or len(text) > MAX_NAME_LENGTH * 20:
        raise InvalidName(f"the name is over {MAX_NAME_LENGTH} characters")
    return name


def name_key(name: str) -> str:
    """The name normalized so that two names that look the same have the same key."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in _JOINERS)
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in letters.translate(_LOOK_ALIKE))
    return " ".join(words.split())


def split_name(name: str) -> PersonName:
    """A full name with its family name: the last word with its particles, without a suffix such as “Jr.”."""
    words = name.split()
    last = len(words)
    while last > 1 and (_SUFFIX.fullmatch(words[last - 1]) or _NUMBERED.fullmatch(words[last - 1])):
        last -= 1
    first = last - 1
    while first > 1 and words[first - 1].casefold() in _PARTICLES:
        first -= 1
    return PersonName(name, " ".join(words[first:last]).rstrip(",") if last > 1 else "")


def join_name(given: str, family: str, *, suffix: str = "") -> PersonName:
    """The name of its parts, each maybe "". The family name may bring a suffix: “Reyes Jr.”."""
    family, suffix = " ".join(family.split()), " ".join(suffix.split())
    words = family.split()
    if len(words) > 1 and _SUFFIX.fullmatch(words[-1]):
        family, suffix = " ".join(words[:-1]), " ".join([words[-1], suffix]).strip()
    return PersonName(" ".join(f"{given} {family} {suffix}".split()), family if given.strip() else "")


def turned_name(text: str) -> PersonName | None:
    """The name of “Last, First”, “Last Jr., First” or “Last, Jr., First”; None if the text has another shape."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    rest = [part for part in parts[1:] if not _SUFFIX.fullmatch(part)]
    if len(rest) != 1:
        return None
    return join_name(rest[0], parts[0], suffix=" ".join(suffixes))


def given_name(name: PersonName) -> str:
    """What stands before the family name; the whole name without one."""
    if not name.family:
        return name.display
    before, found, _ = name.display.rpartition(name.family)
    return before.strip() if found and before.strip() else name.display


def sort_key(name: PersonName, *, by_first: bool = False) -> str:
    """A text that sorts as people expect, without case and accents: by family name, or by first name."""
    whole = f"{given_name(name)} {name.family}" if by_first else f"{name.family} {given_name(name)}"
    if not name.family:
        whole = name.display
    return name_key(f"{whole} {name.display}" if by_first else whole)


def short_names(names: Sequence[PersonName]) -> list[str]:
    """First name and initial of each, with more letters only where two would look alike."""
    shown = [_shortened(name, 1) for name in names]
    for letters in (2, 3, 4, MAX_NAME_LENGTH):
        counts = Counter(map(name_key, shown))
        shown = [
            _shortened(name, letters) if counts[name_key(short)] > 1 else short
            for name, short in zip(names, shown, strict=True)
        ]
    counts = Counter(map(name_key, shown))
    return [name.display if counts[name_key(short)] > 1 else short for name, short in zip(names, shown, strict=True)]


def numbered_name(name: str, taken: Sequence[str] | set[str]) -> str:
    """The name with the first free number: “Maria Garcia (2)”. taken: name keys."""
    number = 2
    while name_key(f"{name} ({number})") in taken:
        number += 1
    return f"{name} ({number})"


def _shortened(name: PersonName, letters: int) -> str:
    if not name.family:
        return name.display
    family = name.family[:letters]
    # An initial takes the marks that belong to its letter, as in Hindi.
    for character in name.family[letters:]:
        if not unicodedata.combining(character) and unicodedata.category(character) not in ("Mc", "Mn"):
            break
        family += character
    point = "." if family != name.family or len(family) == 1 else ""
    return f"{given_name(name)} {family}{point}"


def _is_hidden(name: str, place: int) -> bool:
    character = name[place]
    if unicodedata.category(character) not in _HIDDEN:
        return False
    before = name[place - 1] if place else ""
    after = name[place + 1 : place + 2]
    return not (character in _JOINERS and before >= _FIRST_JOINED and (not after.strip() or after >= _FIRST_JOINED))
