"""Names of students: cleaned, with a key that is equal for names that look the same."""

import unicodedata

MAX_NAME_LENGTH = 60
# Letters that look alike in most typefaces, in lower or upper case. Nobody can distinguish two names that differ only
# in these. Source: confusables of Unicode TR 39, limited to the Cyrillic and Greek letters of common names.
_LOOK_ALIKE = str.maketrans("аеорсухіјԁһѕԛԝвкмнтαορνικβεζημτυχ", "aeopcyxijdhsqwbkmhtaopvikbezhmtyx")


class InvalidName(ValueError):
    """The name cannot be used on a roster. The message is for teachers."""


def clean_name(text: str) -> str:
    """The name in NFKC with single spaces. Raises InvalidName if it is too long or has no letter or digit.

    Control, format (bidi, zero-width) and private characters raise InvalidName too: nobody types them by accident.
    Tabs and line ends count as spaces.
    """
    name = " ".join(unicodedata.normalize("NFKC", text[: MAX_NAME_LENGTH * 20]).split())
    if any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for character in name):
        raise InvalidName("the name has a hidden character, so retype it")
    if not any(character.isalnum() for character in name):
        raise InvalidName("the name is blank")
    if len(name) > MAX_NAME_LENGTH or len(text) > MAX_NAME_LENGTH * 20:
        raise InvalidName(f"the name is over {MAX_NAME_LENGTH} characters")
    return name


def name_key(name: str) -> str:
    """The name normalized so that two names that look the same have the same key."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in letters.translate(_LOOK_ALIKE))
    return " ".join(words.split())
