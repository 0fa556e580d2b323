"""The encoding of a text file that says it, by a mark or by the zeros of UTF-16, and a guess for one that does not."""

import re
from itertools import islice

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def declared_encoding(content: bytes) -> str:
    """UTF-8 or UTF-16 with a mark, or UTF-16 without one; "" if the first bytes say nothing."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not marked and b"\x00" in content[:4]:
        return "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    return marked


# The letters of names and texts in English, Spanish, and other languages of Western Europe. Those after the space are
# rare here, so each counts a little against an encoding.
_COMMON, _RARE = "áâãäçéèêëíïñóôöúüÁÄÆÇÉÍÑÓÖÚÜ àåæìîòõøùûýÿßœšžÀÂÃÅÈÊËÌÎÏÒÔÕØÙÛ".split()
_LOWER = "a-z" + "".join(letter for letter in _COMMON + _RARE if letter.islower())
_UPPER = "A-Z" + "".join(letter for letter in _COMMON + _RARE if letter.isupper())
_LETTER = f"[{_LOWER}{_UPPER}]"
_OPENING, _CLOSING, _OTHER = "¿¡“‘«", "”»", "–•°§€£©®™½¼¾·ªº"
# What is in no text, so that the encoding that gives it is a wrong one.
_ODD = re.compile(
    "|".join(
        (
            rf"[^\x00-\x7f{_COMMON}{_RARE}{_OPENING}{_CLOSING}{_OTHER}’—…\xa0\xad]",
            # A sign within a word. The dash of a sentence has no consonant beside it that is a word of its own.
            rf"(?<={_LETTER})[{_OPENING}{_CLOSING}{_OTHER}](?={_LETTER})",
            rf"(?<!{_LETTER})[B-HJ-Z]—(?={_LETTER})|(?<={_LETTER})—(?=[b-df-hj-np-xz](?!{_LETTER}))",
            # An apostrophe that is neither before a name, as in “O’Neil”, nor before the end of an English word.
            rf"(?<=[{_LOWER}])’(?=[{_LOWER}])(?!(?:[stdm]|ll|re|ve)(?!{_LETTER}))",
            rf"(?<=[{_LOWER}])[{_OPENING}]|[{_CLOSING}](?={_LETTER})",
            # A capital letter within a word, or a small letter within a word of capital letters.
            rf"(?<=[{_LOWER}])[{_UPPER[3:]}]|(?<={_LETTER})[{_UPPER[3:]}](?=[{_LOWER}])",
            rf"(?<=[A-Z])[{_LOWER[3:]}](?=[A-Z])|(?<=[A-Z]{{2}})[{_LOWER[3:]}]",
        )
    )
)
_RARE_LETTER = re.compile(f"[{_RARE}]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]++")
# So much text shows it. A file of 16 MB with an accent in each word would take half a minute.
_MAX_WORDS, _MAX_BYTES = 20_000, 1_000_000


def guessed_encoding(content: bytes) -> str:
    """The encoding of a text that is not UTF-8: Windows-1252, or that of older Macs or MS-DOS if it fits better."""
    words = islice((word for word in _WORD.findall(content) if not word.isascii()), _MAX_WORDS)
    sample = b" ".join(words)[:_MAX_BYTES]

    def misfit(name: str) -> int:
        text = sample.decode(name, errors="replace")
        return 10 * len(_ODD.findall(text)) + len(_RARE_LETTER.findall(text))

    # Excel in Windows writes the first, which is far more frequent. `min` takes it if several fit.
    return min(("cp1252", "mac_roman", "cp850"), key=misfit)
