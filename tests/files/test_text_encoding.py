"""The encoding of texts that do not say it: names, where one accent must be enough, and questions with quotes."""

import pytest

from quizzes.files.text_encoding import guessed_encoding

TEXTS = [
    "Name,Grade\r\nPeña,7\r\n",
    "Ramón",
    "Sofía",
    "Lucía Gómez",
    "Agustín Núñez",
    "Muñoz, José",
    "Jürgen Müller",
    "LÓPEZ NÚÑEZ",
    "Iñaki Ibáñez\nIñigo Martínez",
    "¿Quién votó?\n“Señor,” dijo él – “no”.",
]
# MS-DOS has none of these signs, and older Macs have them elsewhere.
ENGLISH = [
    "The mayor—who voted—said “no”… and we’ll see.",
    "Yes—I did. It’s the council’s – isn’t it?",
    "D’André O’Neil",
]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("text", TEXTS)
def test_accents_tell_the_encoding(text: str, encoding: str) -> None:
    content = text.replace("“", '"').replace("”", '"').replace("–", "-").encode(encoding)
    assert content.decode(guessed_encoding(content)) == content.decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("text", ENGLISH)
def test_quotes_and_dashes_tell_the_encoding(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guessed_encoding(content)) == text


def test_windows_is_taken_if_nothing_tells() -> None:
    assert guessed_encoding(b"") == "cp1252"
    # A no-break space, as copied from a web page, is “á” in MS-DOS.
    assert guessed_encoding(b"Ana\xa0Ruiz") == "cp1252"
    assert guessed_encoding("GARCÖA".encode("cp1252")) == "cp1252"
