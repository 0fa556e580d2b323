"""Statements without what a worksheet has beside them for students to circle or write on. Pure."""

import re

_LETTERS = r"(?:T|V)\s{0,9}[/|]?\s{0,9}F|(?i:[tv]/f)"
_WORDS = r"(?i:(?:true|verdader[oa])(?:\s{0,9}[/|]?\s{0,9}|\s(?:or|o)\s)fals(?:e|[oa]))"
_EITHER = rf"(?:{_LETTERS}|{_WORDS})"
_BEFORE = re.compile(
    rf"(?:\({_EITHER}\)[.:]?\s*|¿?{_EITHER}\s{{0,9}}[:.?]\s*|(?:{_LETTERS})\s+"
    # “True or false answers are easy” is a statement.
    rf"|{_WORDS}\s+(?=[^\sa-záéíóúñ])|_{{2,}}[.:]?\s+)(?=\S)"
)
# “It can be true or false” is a statement too.
_AFTER = re.compile(
    rf"\s{{1,9}}(?:\({_EITHER}\)|{_LETTERS}|(?i:true|verdadero)\s{{0,9}}[/|]?\s{{0,9}}(?i:false|falso)|_{{2,}})\Z"
    rf"|(?<=[.!:])\s{{1,9}}¿?{_WORDS}[?.:]?\Z"
)


def plain_statement(text: str) -> str:
    """The statement without “True or false:”, “(T/F)”, “T  F”, or a line to write on before or after it."""
    if before := _BEFORE.match(text):
        text = f"{text[before.end()].upper()}{text[before.end() + 1 :]}"
    return _AFTER.sub("", text, count=1).rstrip() or text
