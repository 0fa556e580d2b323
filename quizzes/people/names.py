"""Names of people: clean, with a key that is equal for names that look the same."""

import unicodedata

MAX_NAME_LENGTH = 60
# Letters that look alike in most typefaces, as small letters or as capitals; two names that differ only in these cannot
# be told apart on a list. Source: Unicode TR 39 confusables, the Cyrillic and Greek letters that schools' names meet.
_LOOK_ALIKE = str.maketrans("аеорсухіјԁһѕԛԝвкмнтαορνικβεζημτυχ", "aeopcyxijdhsqwbkmhtaopvikbezhmtyx")


class InvalidName(ValueError):
    """A name that cannot stand on a roster; the message is for the teacher."""


def clean_name(text: str) -> str:
    """The name in NFKC with single spaces; raises InvalidName when nothing a person can read is left or it is too long.

    Control, format (bidi, zero-width) and private characters are refused rather than dropped, since a name that
    carries them was not typed by accident; tabs and line ends count as spaces.
    """
    name = " ".join(unicodedata.normalize("NFKC", text[: MAX_NAME_LENGTH * 20]).split())
    if any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for character in name):
        raise InvalidName("the name holds a character that cannot be seen")
    if not any(character.isalnum() for character in name):
        raise InvalidName("name is empty")
    if len(name) > MAX_NAME_LENGTH or len(text) > MAX_NAME_LENGTH * 20:
        raise InvalidName(f"the name is longer than {MAX_NAME_LENGTH} characters")
    return name


def name_key(name: str) -> str:
    """The name folded so that two names that look the same on a list have the same key."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in letters.translate(_LOOK_ALIKE))
    return " ".join(kept.split())
