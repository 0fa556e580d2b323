"""Lists to match in a text: numbered lines, answers with letters, and a key such as “1. B”. Pure.

The answers may be below the lines, above them, or beside them. A line may have its letter on the line to write on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from quizzes.content.question_types.matching.question import MAX_OPTIONS
from quizzes.files.questions.answer_keys import key_below, without_key
from quizzes.files.questions.item import Item, Line, ReadQuestion, read, skipped
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.plain_text import ANSWER, text_lines
from quizzes.files.questions.terms import equal_groups
from quizzes.files.questions.text_blocks import FEEDBACK
from quizzes.phrases import gettext, with_single_quotes

# A line to write a letter on, maybe with the letter: “____”, “_B_”, “(   )”, “[ ]”.
_BLANK = r"(?:(?<!_)_{1,40}\s?[A-Za-z]\s?_{1,40}|(?<!_)_{2,99}|\(\s{1,9}\)|\[\s{0,9}\])"
_PROMPT = re.compile(
    rf"(?P<before>{_BLANK})?\s*(?P<number>\d{{1,3}})[.):]\s{{0,9}}(?P<after>{_BLANK}(?!\w))?\s*(?P<text>\S.*?)"
    rf"\s*(?P<end>{_BLANK})?"
)
_UNNUMBERED = re.compile(r"\s*_{2,99}\s+(?!\d{1,3}[.):])(?P<text>[^\s_][^_]*)")
_OPTION = re.compile(r"\(?(?P<letter>[A-Za-z])[.):]\s{1,9}(?P<text>\S.*)")
_LETTER_ON_LINE = re.compile(r"_\s?([A-Za-z])\s?_")
# “1. B” is an entry of a key, and so is “1. ANS: C PTS: 1” of ExamView.
_KEY_TEXT = re.compile(
    r"(?:ANS:\s{0,9})?\(?(?:[A-Za-z]|true|false|verdadero|falso)\b[.)]?(?:\s+PTS:.*)?", re.IGNORECASE
)
# Between a number or a letter and its text; and between cells that are side by side.
_INDENT = re.compile(r"((?:^|(?<=[\s(]))(?:\d{1,3}|[A-Za-z])[.)]|_{2})[ \t]+(?=\S)")
_EMPTY = re.compile(r"\(\s{2,99}\)")
_SIDE_BY_SIDE = re.compile(r"\t\s*|\s{2,}")
_MATCH = re.compile(
    r"\b(?:match(?:es|ing)?|corresponding|empareja|emparejar|relaciona|relacionar|une|unir|parea|pareo)\b",
    re.IGNORECASE,
)
# A heading without directions.
_HEADING = re.compile(
    r"(?:(?:part|parte|section|sección)?\s*(?:\d{1,2}|[IVX]{1,4}|[A-H])?\s*[.:)–—-]*\s*)?"
    r"(?:matching|match|emparejar|relacionar|pareo)(?: (?:questions?|section|column))?\s*[.:]?",
    re.IGNORECASE,
)
_DIRECTIONS = re.compile(
    r"(?:(?:part|parte|section|sección)\s+(?:\d{1,2}|[IVX]{1,4}|[A-H])\s*[.:)–—-]+\s*)?"
    r"(?:(?:matching|emparejar|relacionar|pareo)\s*[.:–—-]+\s*)?(?:(?:directions|instructions|instrucciones)\s*:\s*)?",
    re.IGNORECASE,
)
# Above the lines or the answers: titles of columns, and directions.
_COLUMN_TITLES = re.compile(
    r"(?:column|columna) [A-B12](?:\s+(?:column|columna) [A-B12])?|terms?|definitions?|word bank|banco de palabras"
    r"|(?:use|write|choose) .{0,80}\b(?:once|letters?|answers?)\b.{0,80}|.{0,80}\bmore than once\b.{0,80}",
    re.IGNORECASE,
)
# “1 only” and “I and II” name lines of the question.
_OF_STATEMENTS = re.compile(r"(?:[\dIVX]{1,3}\b[\s,]*)+(?:(?:only|and|y|solo|solamente|both)\b.*)?", re.IGNORECASE)
_STEM = "Match each line with an answer choice."
_MAX_LINE = 1_000
# Lines of a list, and those of its key below it.
_MAX_GROUP = 60
_MAX_KEY = 200
_MARKDOWN = re.compile(r"\A\s{0,3}#{1,6}\s+|\*\*")
# Directions and titles above a list.
_MAX_ABOVE = 12
_SHOWN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class _Token:
    """A numbered line or an answer with a letter. place, end: its lines. blank: its letter, or its line."""

    place: int
    name: str
    text: str
    blank: str
    end: int

    @property
    def is_prompt(self) -> bool:
        return self.name.isdecimal()


@dataclass(frozen=True, slots=True)
class MatchingList:
    """A list to match. start, end: its lines. above: text above it that is left out. key: its own, {} for none."""

    start: int
    end: int
    stem: str
    above: str
    prompts: tuple[tuple[int, str], ...]
    options: Mapping[str, str]
    key: Mapping[int, str]

    def read(self, key: Mapping[int, str]) -> list[ReadQuestion]:
        """Its questions, several for a long list. key: of the whole text, for a list without its own."""
        where = gettext("Line {number}").format(number=self.start + 1)
        key = self.key or key
        missing = next((number for number, _ in self.prompts if number not in key), None)
        if missing is not None:
            reason = gettext(
                "This list to match has no answer for number {number}. Add an answer key below it, such as “1. B”."
            )
            return [skipped(where, self.stem, reason.format(number=missing))]
        letters = {number: key[number].strip("().").upper() for number, _ in self.prompts}
        wrong = next((number for number, letter in letters.items() if letter not in self.options), None)
        if wrong is not None:
            reason = gettext(
                "The answer key has “{value}” for number {number}. No answer of this list has that letter."
            )
            value = with_single_quotes(key[wrong][:_SHOWN_LENGTH])
            return [skipped(where, self.stem, reason.format(value=value, number=wrong))]
        lines = [Line(text, match=self.options[letters[number]]) for number, text in self.prompts]
        return [read(where, item, *notes) for item, notes in self._items(lines)]

    def _items(self, lines: Sequence[Line]) -> Iterator[tuple[Item, list[str]]]:
        groups = equal_groups(lines)
        for group in groups:
            used = tuple(dict.fromkeys(line.match for line in group))
            offered = tuple(dict.fromkeys(self.options.values())) if len(groups) == 1 else used
            notes = [gettext("The text above it was left out: “{text}”.").format(text=self.above)] if self.above else []
            if len(groups) > 1:
                note = gettext("The list has {count} lines, so it became {questions} questions.")
                notes.append(note.format(count=len(lines), questions=len(groups)))
            if len(offered) > MAX_OPTIONS:
                offered = used
                notes.append(gettext("Answer choices that match no line are left out."))
            yield Item("matching", self.stem, lines=tuple(group), options=offered), notes


def matching_lists(text: str) -> list[MatchingList]:
    """The lists to match in a text, in order."""
    rows = _with_numbers([_MARKDOWN.sub("", row) for row in text_lines(text)])
    tokens = [_tokens(place, row) for place, row in enumerate(rows)]
    _, key = without_key(list(enumerate(rows))) if any(tokens) else ([], {})
    found, end = list[MatchingList](), 0
    for run in _runs(rows, tokens):
        for group in _groups(run):
            if one := _list(rows, tokens, group, key, end):
                found.append(one)
                end = one.end
    return found


def _with_numbers(rows: Sequence[str]) -> list[str]:
    """The rows with 1, 2, 3 before lines of a list without numbers: “___ veto”."""
    found, number = list[str](), 0
    for row in rows:
        if unnumbered := _UNNUMBERED.fullmatch(row):
            number += 1
            found.append(f"____ {number}. {unnumbered['text']}")
            continue
        if row.strip():
            number = 0
        found.append(row)
    return found


def _tokens(place: int, row: str) -> list[_Token]:
    """The numbered lines and the answers of a line of text, 1 or several side by side; [] for another text."""
    row = row.strip()
    if not row or len(row) > _MAX_LINE or ANSWER.fullmatch(row):
        return []
    row = _INDENT.sub(r"\1 ", _EMPTY.sub("( )", row))
    beside = [_token(place, part) for part in _SIDE_BY_SIDE.split(row)]
    return [token for token in beside if token] if all(beside) else list(filter(None, [_token(place, row)]))


def _token(place: int, text: str) -> _Token | None:
    if prompt := _PROMPT.fullmatch(text):
        blank = prompt["before"] or prompt["after"] or ""
        letter = next((one for part in (blank, prompt["end"] or "") for one in _LETTER_ON_LINE.findall(part)), "")
        if blank == "" and _KEY_TEXT.fullmatch(prompt["text"]):
            return None
        return _Token(place, str(int(prompt["number"])), tidy(prompt["text"]), letter or blank, place)
    option = _OPTION.fullmatch(text)
    return _Token(place, option["letter"].upper(), tidy(option["text"]), "", place) if option else None


def _runs(rows: Sequence[str], tokens: Sequence[list[_Token]]) -> Iterator[list[_Token]]:
    """The numbered lines and answers between other texts. A line in lower case below one continues it."""
    run = list[_Token]()
    for place, (row, found) in enumerate(zip(rows, tokens, strict=True)):
        text = row.strip()
        if found:
            run += found
        elif run and text[:1].islower() and run[-1].end == place - 1:
            run[-1] = replace(run[-1], end=place, text=f"{run[-1].text} {tidy(text)}")
        elif text and not _COLUMN_TITLES.fullmatch(text):
            yield run
            run = []
    yield run


def _groups(run: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """Parts of a run with at least 2 numbers in order and 2 letters. A question with choices has 1 number."""
    place = 0
    while place < len(run):
        group = _beside(run, place) or _in_blocks(run, place)
        letters = "".join(sorted(token.name for token in group if not token.is_prompt))
        count = sum(token.is_prompt for token in group)
        if count > 1 and len(letters) > 1 and letters == ascii_uppercase[: len(letters)]:
            yield group
        place += len(group)


def _beside(run: Sequence[_Token], place: int) -> Sequence[_Token]:
    """The lines from a place on with an answer beside each, and more answers below them; [] without 2 such lines."""
    side = run[place].is_prompt
    end = place
    while end + 1 < len(run) and run[end].is_prompt == side != run[end + 1].is_prompt and _follow(run[place : end + 2]):
        end += 2
    if end < place + 4:
        return []
    while end < len(run) and not run[end].is_prompt and _follow(run[place : end + 1]):
        end += 1
    return run[place:end]


def _in_blocks(run: Sequence[_Token], place: int) -> Sequence[_Token]:
    """Lines and answers below them, or answers and lines below them, from a place on; fewer if they make no list."""
    middle = _end_of_block(run, place)
    end = _end_of_block(run, middle) if middle < len(run) and run[middle].is_prompt != run[place].is_prompt else middle
    if run[place].is_prompt or end == len(run):
        return run[place:end]
    # The last number is of a question with choices below it.
    return run[place : end - 1] if end - 1 > middle + 1 else run[place:middle]


def _end_of_block(run: Sequence[_Token], place: int) -> int:
    """The place behind the numbered lines, or behind the answers, that start at a place."""
    end = place + 1
    while end < len(run) and run[end].is_prompt == run[place].is_prompt and _follow(run[place : end + 1]):
        end += 1
    return end


def _follow(group: Sequence[_Token]) -> bool:
    """Whether the last number, or the last letter, of a group can continue it."""
    *others, last = group
    same = [token.name for token in others if token.is_prompt == last.is_prompt]
    if not same or len(group) > _MAX_GROUP:
        return not same
    return int(last.name) == int(same[-1]) + 1 if last.is_prompt else last.name not in same


def _list(
    rows: Sequence[str], tokens: Sequence[list[_Token]], group: Sequence[_Token], key: Mapping[int, str], above_end: int
) -> MatchingList | None:
    """The list of a group of lines and answers; None if it is more likely a question about statements."""
    prompts = tuple((int(token.name), token.text) for token in group if token.is_prompt)
    options = {token.name: token.text for token in group if not token.is_prompt}
    end = max(token.end for token in group) + 1
    own, count = key_below(rows[end : end + _MAX_KEY], [number for number, _ in prompts])
    on_lines = {int(token.name): token.blank for token in group if token.is_prompt and token.blank.isalpha()}
    if len(on_lines) == len(prompts):
        own = on_lines
    stem, above, start = _directions(rows, tokens, min(token.place for token in group), above_end)
    is_named = any(map(_MATCH.search, rows[start : group[0].place]))
    said = own or key
    has_key = all(said.get(number, "").strip("().").upper() in options for number, _ in prompts)
    is_contradicted = not has_key and any(number in said for number, _ in prompts)
    has_blanks = all(token.blank for token in group if token.is_prompt) and not _asks_last(prompts)
    names_lines = all(map(_OF_STATEMENTS.fullmatch, options.values()))
    is_one_question = end < len(rows) and not own and ANSWER.fullmatch(_next_text(rows[end:])) is not None
    if names_lines or is_one_question or not (is_named or (not is_contradicted and (has_blanks or has_key))):
        return None
    return MatchingList(start, end + count, stem or _STEM, above[:_SHOWN_LENGTH].rstrip("."), prompts, options, own)


def _asks_last(prompts: Sequence[tuple[int, str]]) -> bool:
    """Whether only the last line asks, so that the answers are its choices."""
    return [text.endswith(("?", ":")) for _, text in prompts] == [False] * (len(prompts) - 1) + [True]


def _next_text(rows: Sequence[str]) -> str:
    return next((row for row in rows if row.strip()), "")


def _directions(
    rows: Sequence[str], tokens: Sequence[list[_Token]], first: int, above_end: int
) -> tuple[str, str, int]:
    """(the directions above a list, the other text above it, the line where both start)."""
    start = first
    while start > max(above_end, first - _MAX_ABOVE) and not _ends_above(rows[start - 1], tokens[start - 1]):
        start -= 1
    # A text right below an answer is part of it, but for directions.
    if start > above_end and tokens[start - 1]:
        start = next(
            (place for place in range(start, first) if _MATCH.search(rows[place]) or not rows[place].strip()), first
        )
    texts = [tidy(row) for row in rows[start:first] if row.strip() and not _COLUMN_TITLES.fullmatch(row.strip())]
    place = next(
        (place for place, text in enumerate(texts) if _MATCH.search(text) and not _HEADING.fullmatch(text)), None
    )
    if place is None:
        is_sentence = bool(texts) and texts[-1].endswith((".", ":"))
        place = len(texts) - 1 if is_sentence and not _HEADING.fullmatch(texts[-1]) else len(texts)
    stem = _DIRECTIONS.sub("", " ".join(texts[place:]), count=1)
    above = " ".join(text for text in texts[:place] if not _HEADING.fullmatch(text))
    return stem, above, start


def _ends_above(row: str, found: Sequence[_Token]) -> bool:
    """Whether a line above a list belongs to another question."""
    text = row.strip()
    return bool(found) or text.endswith("?") or ANSWER.fullmatch(row) is not None or FEEDBACK.fullmatch(row) is not None
