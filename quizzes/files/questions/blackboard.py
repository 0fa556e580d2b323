"""Blackboard's tab-delimited text. Text in, questions out, and back. Pure.

Source: help.blackboard.com, “Upload Questions”.
"""

from collections.abc import Sequence

from quizzes.files.questions.containers import decoded
from quizzes.files.questions.gift import numbers
from quizzes.files.questions.item import Gap, Item, Line, ReadQuestion, Skipped, read, skipped
from quizzes.files.questions.markup import html, plain, without_gaps

_TYPES = frozenset("MC MA TF ESS ORD MAT FIB FIB_PLUS FIL NUM SR OP JUMBLED_SENTENCE QUIZ_BOWL".split())
_LETTERS = "abcdefgh"


def is_blackboard(text: str) -> bool:
    """Whether the first line with text is a question."""
    first = next((line for line in text.lstrip("\ufeff").split("\n") if line.strip()), "")
    return "\t" in first and first.split("\t")[0].strip().upper() in _TYPES


def read_blackboard(content: bytes) -> list[ReadQuestion]:
    """The outcome of each line of a tab-delimited file, in order."""
    return [
        _read(f"Line {number}", line)
        for number, line in enumerate(decoded(content).lstrip("\ufeff").split("\n"), start=1)
        if line.strip()
    ]


def _read(where: str, line: str) -> ReadQuestion:
    notes: list[str] = []
    cells = []
    for cell in line.split("\t"):
        text, lost = plain(cell)
        notes += lost
        cells.append(text)
    stem = cells[1] if len(cells) > 1 else ""
    try:
        if not stem:
            raise Skipped("It has no question text in its second column.")
        return read(where, _item(cells[0].upper(), stem, cells[2:], notes), *notes)
    except Skipped as reason:
        return skipped(where, stem or cells[0], str(reason))


def _item(kind: str, stem: str, cells: list[str], notes: list[str]) -> Item:
    filled = [cell for cell in cells if cell]
    match kind:
        case "MC" | "MA":
            marks = [mark.casefold() for mark in cells[1::2]]
            texts = cells[::2][: len(marks)]
            if any(
                mark not in ("correct", "incorrect") for text, mark in zip(texts, marks, strict=True) if text or mark
            ):
                raise Skipped("Each answer needs “correct” or “incorrect” in the next column.")
            lines = tuple(Line(text, mark == "correct") for text, mark in zip(texts, marks, strict=True) if text)
            if not any(line.is_correct for line in lines):
                raise Skipped("It has no correct answer.")
            return Item(
                "single" if kind == "MC" and sum(line.is_correct for line in lines) == 1 else "multiple",
                stem,
                lines=lines,
            )
        case "TF":
            word = filled[0].casefold() if filled else ""
            if word not in ("true", "false"):
                raise Skipped("Its answer is neither true nor false.")
            return Item("true_false", stem, is_true=word == "true")
        case "ESS" | "SR":
            notes.append("Add a rubric.")
            return Item("free_text", stem, sample_answer="\n".join(filled))
        case "FIB":
            if not filled:
                raise Skipped("It has no accepted answer.")
            return Item("short_answer", stem, lines=tuple(Line(text, is_correct=True) for text in filled))
        case "ORD":
            return Item("ordering", stem, lines=tuple(Line(text) for text in filled))
        case "MAT":
            pairs = [
                Line(text, match=match) for text, match in zip(cells[::2], [*cells[1::2], ""], strict=False) if text
            ]
            return Item(
                "matching", stem, lines=tuple(pairs), options=tuple(dict.fromkeys(cell for cell in cells[1::2] if cell))
            )
        case "NUM":
            if not filled:
                raise Skipped("It has no number.")
            number, tolerance = numbers(":".join(filled[:2]))
            return Item("numeric", stem, number=number, tolerance=tolerance)
        case "FIB_PLUS":
            return _gaps(stem, cells)
    raise Skipped(f"Footnote has no question type like “{kind[:30]}”.")


def _gaps(stem: str, cells: list[str]) -> Item:
    """Variables with their answers; an empty column ends the answers of a variable."""
    groups: list[list[str]] = [[]]
    for cell in cells:
        if cell:
            groups[-1].append(cell)
        else:
            groups.append([])
    groups = [group for group in groups if group]
    places = {group[0]: stem.find(f"[{group[0]}]") for group in groups}
    if not groups or -1 in places.values() or any(len(group) < 2 for group in groups):
        raise Skipped("Each blank needs its name in brackets in the text, and at least 1 answer.")
    if len(groups) > len(_LETTERS):
        raise Skipped("It has more than 8 blanks.")
    text = without_gaps(stem)
    gaps = []
    for letter, (name, *answers) in zip(_LETTERS, sorted(groups, key=lambda group: places[group[0]]), strict=False):
        text = text.replace(f"[{name}]", f"{{{letter}}}", 1)
        gaps.append(Gap(tuple(answers)))
    return Item("blanks", "Fill in the blanks.", text=text, gaps=tuple(gaps))


def write_blackboard(title: str, items: Sequence[Item]) -> bytes:
    """A tab-delimited file of these questions. Feedback and explanations are left out."""
    return "".join(f"{'\t'.join(_flat(cell) for cell in _cells(item))}\r\n" for item in items).encode()


def _flat(text: str) -> str:
    # The format is HTML, so that a < of the text must not start a tag.
    return html(" ".join(text.split()))


def _cells(item: Item) -> list[str]:
    match item.kind:
        case "single" | "multiple":
            marked = [(line.text, "correct" if line.is_correct else "incorrect") for line in item.lines]
            return ["MC" if item.kind == "single" else "MA", item.stem, *(cell for pair in marked for cell in pair)]
        case "true_false":
            return ["TF", item.stem, "true" if item.is_true else "false"]
        case "short_answer":
            return ["FIB", item.stem, *(line.text for line in item.lines if line.is_correct)]
        case "numeric":
            return ["NUM", item.stem, item.number, item.tolerance or "0"]
        case "ordering":
            return ["ORD", item.stem, *(line.text for line in item.lines)]
        case "matching":
            return ["MAT", item.stem, *(cell for line in item.lines for cell in (line.text, line.match))]
        case "blanks":
            text = item.text
            for letter in _LETTERS:
                text = text.replace(f"{{{letter}}}", f"[{letter}]")
            gaps = zip(_LETTERS, item.gaps, strict=False)
            return ["FIB_PLUS", text, *(cell for letter, gap in gaps for cell in (letter, *gap.accepted, ""))]
        case "free_text":
            return ["ESS", item.stem, item.sample_answer]
