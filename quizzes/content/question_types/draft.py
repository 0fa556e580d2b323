"""What the kinds of question share: rows that may be blank, and faults in the words of a teacher's page."""

from collections.abc import Sequence

from quizzes.content.tables import Table

# A new row of a list, before anything is written in it.
MAX_ROWS = 8


def numbered(rows: Sequence[Table], name: str = "text") -> list[tuple[int, Table]]:
    """The rows in which something stands, each with its number on the page, from 1."""
    return [(number, row) for number, row in enumerate(rows, start=1) if text_in(row, name)]


def text_in(table: Table, name: str) -> str:
    """The text under this name, without outer space; "" where there is none."""
    return str(table.get(name) or "").strip()


def kept_rows(rows: Sequence[Table], name: str = "text") -> list[Table]:
    """Copies of the rows in which something stands."""
    return [dict(row) for _, row in numbered(rows, name)]


def missing(table: Table, name: str, message: str) -> list[str]:
    """[message] where nothing stands under this name."""
    return [] if text_in(table, name) else [message]


def too_few(rows: Sequence[Table], at_least: int, message: str) -> list[str]:
    """[message] where fewer rows than this have something in them."""
    return [] if len(numbered(rows)) >= at_least else [message]


def equals(rows: Sequence[Table], noun: str) -> list[str]:
    """“Options 2 and 4 are the same.” for each row that repeats an earlier one; case and spaces do not count."""
    found, seen = [], dict[str, int]()
    for number, row in numbered(rows):
        folded = " ".join(text_in(row, "text").casefold().split())
        if folded in seen:
            found.append(f"{noun} {seen[folded]} and {number} are the same.")
        seen.setdefault(folded, number)
    return found


def unexplained(rows: Sequence[tuple[int, Table]], noun: str) -> list[str]:
    """A line for each of these rows that does not say why a student may get it wrong."""
    return [f"Say why a student may {noun} {number}." for number, row in rows if not text_in(row, "rationale")]


def lost(keys: Sequence[str], sentence_keys: Sequence[str], message: str) -> list[str]:
    """[message] where one of these sentences is no longer in the reading."""
    return [message] if set(keys) - set(sentence_keys) else []
