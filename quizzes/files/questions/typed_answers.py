"""Questions with an answer and without choices, by what the answer says and how many blanks they have. Pure."""

import re

from quizzes.files.questions.item import Gap, Item, Line, Skipped, blanks_of
from quizzes.files.questions.plain_text import TRUTH
from quizzes.phrases import gettext, with_single_quotes

TRUE = {"true", "t", "verdadero", "v"}
# “B”, “A, C”, or “AC” without answers that have these letters. “FBI” is a text.
_ONLY_LETTERS = re.compile(r"\(?[A-Za-z][.)]?|[A-H](?:[\s,;&/.]{0,3}[A-H]){1,7}")
# “B- The council” names a letter, with answers in the text of the question.
_LETTER_BEFORE = re.compile(r"\(?[A-Ha-h]\)?\s?[–—.):-]\s")
# Between several answers: “Lee or Day”, “city, state”. “July 4, 1776”, “Washington, D.C.”, and “1/2” are one.
_SEVERAL = re.compile(r"[;|\n]|\s(?:or|o)\s|(?<!\d)/|/(?!\d)|,\s?(?=[a-z])")
# A line to write on in the text of a question.
_DRAWN = re.compile(r"_{2,}")
# Lines to write on below the text are no blanks.
_WRITING_LINES = re.compile(r"(?:\n[\s_]*__[\s_]*)\Z")
# Between the answers of several blanks, the clearest first: “July 4; 1776” has 2.
_BETWEEN_BLANKS = (r"\s*[;|\n]\s*", r"\s*,\s*", r"\s*/\s*|\s*…\s*|\s*\.{3}\s*", r"\s+(?:and|y)\s+")
# A longer answer is a sentence, which no student types in the same words. It is a sample for the teacher who grades.
_MAX_WORDS = 8
_VARY = re.compile(
    r"(?:(?:the |student |students[’'] )?(?:answers?|responses?) (?:(?:will|may|can|should) )?(?:vary|varies|differ)"
    r"|(?:accept )?(?:any|all) reasonable (?:answers?|responses?)"
    r"|(?:las? )?respuestas? (?:pueden? )?(?:variar|variarán?|varían?|variadas?|libres?))\b",
    re.IGNORECASE,
)
# “Answers will vary. Sample: It voted.” “Answers will vary but name a right” has no sample.
_BEFORE_SAMPLE = re.compile(
    r"[\s.,;:!(–—-]*(?:(?:(?:a )?(?:possible|sample|suggested|example) (?:answers?|responses?)|sample|example|ejemplo"
    r"|por ejemplo|for example|respuesta (?:posible|modelo|de ejemplo))\b(?: (?:is|are))?\s*[:,]?\s*)?",
    re.IGNORECASE,
)
_SHOWN_LENGTH = 60


def typed_answer(stem: str, named: str, *, is_sample: bool = False) -> Item:
    """True or false, a short answer, or a written answer with a sample. Raises Skipped.

    named: its answer, in plain text. is_sample: whether the text calls it a sample.
    """
    stem = _WRITING_LINES.sub("", stem)
    if is_sample or _VARY.match(named):
        return Item("free_text", stem, sample_answer=sample_in(named))
    if truth := _truth(named, stem):
        return Item("true_false", stem, is_true=truth in TRUE)
    *_, last = above = stem.split("\n")
    is_row = not last.endswith((".", "?", "!", ":")) and not _DRAWN.search(last)
    has_rows = len(above) > 1 and (is_row or _LETTER_BEFORE.match(named))
    if _ONLY_LETTERS.fullmatch(named) or has_rows:
        raise Skipped(
            gettext("It has no answers on lines of their own. Start each line with a letter, such as “A. Council”.")
        )
    if has_blanks(stem):
        return blanks_item(stem, named)
    if len(named.split()) > _MAX_WORDS:
        return Item("free_text", stem, sample_answer=named)
    if _SEVERAL.search(named):
        reason = gettext("“{value}” may be several answers. Leave 1 on the line, and add the others in the editor.")
        raise Skipped(reason.format(value=with_single_quotes(named[:_SHOWN_LENGTH])))
    return Item("short_answer", stem, lines=(Line(named, is_correct=True),))


def sample_in(named: str) -> str:
    """The sample answer that a text names; "" if it says only that answers vary."""
    vary = _VARY.match(named)
    rest = named[vary.end() :] if vary else named
    before = _BEFORE_SAMPLE.match(rest) if vary else None
    if before is None or (before[0].strip() == "" and rest.strip()):
        return named
    return rest[before.end() :].removesuffix(")" if "(" in before[0] else "").strip()


def has_blanks(stem: str) -> bool:
    """Whether the text of a question has several lines to write on, so that 1 answer is not enough."""
    return len(_DRAWN.findall(stem)) > 1


def blanks_item(stem: str, named: str) -> Item:
    """The question of a text with several blanks. Raises Skipped if its answers are not as many."""
    first, *others = _DRAWN.split(stem)
    for between in _BETWEEN_BLANKS:
        answers = [part for part in re.split(between, named.removesuffix(".")) if part]
        if len(answers) == len(others):
            # Private characters, as any others can be part of the text.
            marks = [f"\ue010{place}\ue011" for place in range(len(answers))]
            text = first + "".join(mark + part for mark, part in zip(marks, others, strict=True))
            return blanks_of(text, [(mark, Gap((answer,))) for mark, answer in zip(marks, answers, strict=True)])
    reason = gettext("It has {count} blanks. Enter {count} answers, with semicolons between them.")
    raise Skipped(reason.format(count=len(others)))


def typed_notes(item: Item) -> list[str]:
    """A note for a written answer of a file that can have no rubric, and for answers that were taken apart."""
    notes = {
        "free_text": gettext("Add a rubric."),
        "blanks": gettext("Check that each blank has its own answer, in the right order."),
    }
    return [notes[item.question_type]] if item.question_type in notes else []


def _truth(named: str, stem: str) -> str:
    """The answer to a statement without answers below it; "" for another one."""
    word = named.casefold().strip("().")
    is_letter = word in {"t", "f", "v"} and "\n" not in stem
    return word if is_letter or TRUTH.fullmatch(word) else ""
