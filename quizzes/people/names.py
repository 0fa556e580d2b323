"""Names of students: cleaned, split, shortened, with keys for comparing and sorting."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from quizzes.phrases import gettext

MAX_NAME_LENGTH = 60
# How many names a roster has room for: all students of a grade, on one page.
MAX_STUDENTS = 500
# Letters that look alike in most typefaces, in lower or upper case. No one can distinguish two names that differ only
# in these. Source: confusables of Unicode TR 39, limited to the Cyrillic and Greek letters of common names.
_LOOK_ALIKE = str.maketrans("аеорсухіјԁһѕԛԝвкмнтаορνικβεζημτυχ", "aeopcyxijdhsqwbkmhtaopvikbezhmtyx")
# Letters that have no accent to leave out, by the letters they sort as.
_SORTED_AS = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
# The joiners of Persian, Hindi, Sinhala and other scripts. Between letters of these scripts they change the shape.
_JOINERS = "\u200c\u200d"
# Hebrew is the first script after Greek, Cyrillic and Armenian. No script before it needs a joiner.
_FIRST_JOINED = "\u0590"
# The characters of `isolated` in formatting.py, which this module cannot import because it uses no Django.
_ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# Words that belong to the family name after them: “de la Cruz”, “van Dyke”.
_PARTICLES = frozenset(
    "da das de del della den der di do dos du el la las le los lo mac mc san santa st te ten ter van von y zu abu al"
    " bin ibn".split()
)
# “V.” with a period is an initial, as in “Luis V.”
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd)\.?|v", re.IGNORECASE)
# Two students with one name: “Maria Garcia (2)”.
_NUMBERED = re.compile(r"\((\d+)\)")
# What a teacher adds to a name: “Robert Day (Bob)”, “Ana Ruiz "Nita"”.
_ADDED = re.compile(r"(?:\s+(?:\([^()]*\)|\[[^][]*\]|[\"“][^\"“”]*[\"”]))+$")


class InvalidName(ValueError):
    """The name cannot be used on a roster. The message is for teachers."""


class PersonName(NamedTuple):
    """A name for a roster. family: the part of `display` to sort by, "" if it is not known."""

    display: str
    family: str


def normalize_name(text: str) -> str:
    """The name in NFKC with single spaces, without the characters that isolate it in the sentences of pages."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).strip(_ISOLATES)


def clean_name(text: str) -> str:
    """The name as `normalize_name` returns it. Raises InvalidName if it is too long or has no letter or digit.

    Control, format (bidi, zero-width) and private characters raise InvalidName too: no one types them by accident.
    Joiners are allowed between letters of scripts that need them. Tabs and line ends count as spaces.
    """
    name = normalize_name(text[: MAX_NAME_LENGTH * 20])
    if has_hidden(name):
        raise InvalidName(gettext("the name has a hidden character, so retype it"))
    if "@" in name:
        raise InvalidName(gettext("this is an email address, not a name"))
    if not any(character.isalnum() for character in name):
        raise InvalidName(gettext("the name is blank"))
    if len(name) > MAX_NAME_LENGTH or len(text) > MAX_NAME_LENGTH * 20:
        raise InvalidName(
            gettext("the name is over {max_name_length} characters").format(max_name_length=MAX_NAME_LENGTH)
        )
    return name


def name_key(name: str) -> str:
    """The name normalized so that two names that look the same have the same key."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in _JOINERS)
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in letters.translate(_LOOK_ALIKE))
    return " ".join(words.split())


def number_key(number: str) -> str:
    """A student number in comparable form, without zeros at the start: spreadsheets drop them."""
    return number.lstrip("0") or number


def like_name(key: str, keys: Collection[str]) -> str:
    """The one of these name keys that may be the same person in another spelling; "" for none.

    “ana ruiz” is like “ana ruis”, like “ana ruiz pena”, and like “ana r”. `SequenceMatcher.ratio` of 0.85 is one other
    letter in a name of 8 letters.
    """
    words = key.split()
    for other in keys:
        first, *rest = other.split() or [""]
        pairs = zip(words[1:], rest, strict=False)
        if words[:1] == [first] and all(
            one == two or (1 in (len(one), len(two)) and one[0] == two[0]) for one, two in pairs
        ):
            return other
    return next(iter(get_close_matches(key, keys, n=1, cutoff=0.85)), "")


def split_name(name: str, *, family_count: int = 1) -> PersonName:
    """A full name with its family name: the last word with its particles, without a suffix such as “Jr.” or “(Bob)”.

    family_count: 2 for a list of people with 2 family names, “Ana Ruiz Peña”. A name of 2 words has 1.
    """
    words = _ADDED.sub("", name).split()
    last = len(words)
    # An emoji at the end is no family name.
    while last > 1 and not any(map(str.isalnum, words[last - 1])):
        last -= 1
    # “Luis V” has an initial, “Robert Lee V” a suffix.
    while last > 1 and _SUFFIX.fullmatch(words[last - 1]) and (last > 2 or words[last - 1].casefold() != "v"):
        last -= 1
    first = last - 1
    for number in range(1, family_count + 1):
        while first > 1 and words[first - 1].casefold().rstrip(".") in _PARTICLES:
            first -= 1
        if words[first].casefold() == "y" and first > 1:
            # “Ortega y Gasset” is both last names.
            return PersonName(name, " ".join(words[first - 1 : last]))
        if number < family_count and first > 1:
            first -= 1
    return PersonName(name, " ".join(words[first:last]).rstrip(",") if last > 1 else "")


def join_name(given: str, family: str, *, suffix: str = "") -> PersonName:
    """The name of its parts, each maybe "". The family name may bring a suffix: “Reyes Jr.”."""
    family, suffix = " ".join(family.split()), " ".join(suffix.split())
    words = family.split()
    if len(words) > 1 and _SUFFIX.fullmatch(words[-1]):
        family, suffix = " ".join(words[:-1]).rstrip(","), " ".join([words[-1], suffix]).strip()
    return PersonName(" ".join(f"{given} {family} {suffix}".split()), family if given.strip() else "")


def family_first_name(text: str, *, family_count: int) -> PersonName:
    """The name of “Lopez Maya Ann”, where only the heading says that the family name comes first.

    family_count: 2 for “Ruiz Peña Ana”. At least one word is left for the first name.
    """
    words = text.split()
    suffixes = list[str]()
    while len(words) > 2 and _SUFFIX.fullmatch(words[-1]) and words[-1].casefold() != "v":
        suffixes.insert(0, words.pop())
    last = 0
    for _ in range(family_count):
        while last < len(words) - 2 and words[last].casefold().rstrip(".") in _PARTICLES:
            last += 1
        last = min(last + 1, len(words) - 1)
    return join_name(" ".join(words[last:]), " ".join(words[:last]), suffix=" ".join(suffixes))


def turned_name(text: str) -> PersonName | None:
    """The name of “Last, First”, “Last Jr., First” or “Last, Jr., First”; None if the text has another shape."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    rest = [part for part in parts[1:] if not _SUFFIX.fullmatch(part)]
    if len(rest) != 1:
        return None
    given = rest[0].split()
    # “Lee, Robert III”. A lone “V” may be an initial.
    if len(given) > 1 and _SUFFIX.fullmatch(given[-1]) and given[-1].casefold() != "v":
        suffixes.insert(0, given.pop())
    if len(given) > 1 and _NUMBERED.fullmatch(given[-1]):
        suffixes.append(given.pop())
    return join_name(" ".join(given), parts[0], suffix=" ".join(suffixes))


def given_name(name: PersonName) -> str:
    """The part before the family name; the whole name without one."""
    if not name.family:
        return name.display
    before, found, _ = name.display.rpartition(name.family)
    return before.strip() if found and before.strip() else name.display


def sort_key(name: PersonName, *, by_first: bool = False) -> str:
    """A text that sorts as people expect, without case and accents: by family name, or by first name."""
    whole = f"{given_name(name)} {name.family}" if by_first else f"{name.family} {given_name(name)}"
    if not name.family:
        whole = name.display
    return name_key(f"{whole} {name.display}" if by_first else whole).translate(_SORTED_AS)


def short_names(names: Sequence[PersonName]) -> list[str]:
    """First name and initial of each, with more letters only where two would look alike."""
    # Some files have both names in the column “First name”.
    names = [name if name.family else split_name(name.display) for name in names]
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
    """The name with the first free number: “Maria Garcia (2)”. taken: name keys. A name that is too long is cut."""
    number = 2
    while name_key(numbered := _with_number(name, number)) in taken:
        number += 1
    return numbered


def _with_number(name: str, number: int) -> str:
    ending = f" ({number})"
    return f"{name[: MAX_NAME_LENGTH - len(ending)]}{ending}"


def _shortened(name: PersonName, letters: int) -> str:
    if not name.family:
        return name.display
    words = name.family.split()
    # “de la Cruz” has the initial of “Cruz”.
    first = next((place for place, word in enumerate(words) if not word[0].islower()), 0)
    whole = name.family if letters == MAX_NAME_LENGTH else " ".join(words[first:])
    if 1 < letters >= len(whole) and name.display.endswith(")"):
        # No letter is left to tell it apart, but what the teacher wrote behind it: “Aisha R. (blue)”.
        return name.display
    family = whole[:letters]
    # An initial takes the marks that belong to its letter, as in Hindi.
    for character in whole[letters:]:
        if not unicodedata.combining(character) and unicodedata.category(character) not in ("Mc", "Mn"):
            break
        family += character
    point = "." if family != whole or len(family) == 1 else ""
    return f"{given_name(name)} {family}{point}"


def has_hidden(text: str) -> bool:
    """Whether the text has a control, format or private character, except the joiners that its script needs."""
    return any(_is_hidden(text, place) for place in range(len(text)))


def _is_hidden(name: str, place: int) -> bool:
    character = name[place]
    if unicodedata.category(character) not in _HIDDEN:
        return False
    before = name[place - 1] if place else ""
    after = name[place + 1 : place + 2]
    return not (character in _JOINERS and before >= _FIRST_JOINED and (not after.strip() or after >= _FIRST_JOINED))
