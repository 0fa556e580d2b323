"""A picture in a reading or a question: how a document names it. Its bytes are a row of the database. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quizzes.content.tables import InvalidDocument, Table, text_of, whole_of

MAX_ALTERNATIVE, MAX_CREDIT = 300, 200
# A draft has an imported picture under the second name until it says what it shows and has a credit.
PICTURE, INCOMPLETE = "picture", "incomplete_picture"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page shows it. digest: SHA-256 of its bytes. alternative: what it shows, for who cannot see it.

    width, height: in pixels. credit: who made it, and its license.
    """

    digest: str
    width: int
    height: int
    alternative: str
    credit: str


def parse_picture(document: Mapping[str, Any]) -> Picture | None:
    """The picture of a reading or a question, None without one; raises InvalidDocument."""
    table = document.get("picture")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise InvalidDocument("“picture” must be a table")
    digest = text_of(table, "digest")
    if not _DIGEST.fullmatch(digest):
        raise InvalidDocument("“digest” of a picture must be 64 hexadecimal digits")
    return Picture(
        digest=digest,
        width=whole_of(table, "width", 1),
        height=whole_of(table, "height", 1),
        # Not a `TranslatedText`, which `asdict` cannot copy.
        alternative=str(text_of(table, "alternative", at_most=MAX_ALTERNATIVE)),
        credit=text_of(table, "credit", at_most=MAX_CREDIT),
    )


def picture_tables(document: Mapping[str, Any]) -> Iterator[Table]:
    """The pictures of a set's document, of its reading first. document: of a draft or an edition."""
    for part in (document.get("reading", {}), *document.get("questions", ())):
        if part.get(PICTURE):
            yield part[PICTURE]


def picture_digests(document: Mapping[str, Any]) -> set[str]:
    """The digests of the pictures of a set's document."""
    return {table["digest"] for table in picture_tables(document)}


def map_pictures(document: Mapping[str, Any], change: Callable[[Table], Table | None]) -> Table:
    """A copy of a set's document with the result of `change` for each picture; None removes the picture."""

    def mapped(part: Mapping[str, Any]) -> Table:
        rest = {name: value for name, value in part.items() if name not in (PICTURE, INCOMPLETE)}
        changed = change(part[PICTURE]) if part.get(PICTURE) else None
        return {**rest, **({PICTURE: changed} if changed else {})}

    return {
        **document,
        **({"reading": mapped(document["reading"])} if "reading" in document else {}),
        "questions": [mapped(question) for question in document["questions"]],
    }


# --- In a draft ---------------------------------------------------------------------------------------------------


def draft_picture(part: Mapping[str, Any]) -> Table | None:
    """The picture of the reading or of a question of a draft, complete or not; None without one."""
    table: Table | None = part.get(PICTURE) or part.get(INCOMPLETE)
    return table


def set_picture(part: Table, picture: Mapping[str, Any] | None) -> None:
    """Give the part of a draft this picture; None takes it away. Without text or credit it is incomplete."""
    part.pop(PICTURE, None)
    part.pop(INCOMPLETE, None)
    if picture is not None:
        part[PICTURE if picture["alternative"] and picture["credit"] else INCOMPLETE] = dict(picture)
