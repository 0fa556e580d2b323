"""Embedded answers of Moodle (Cloze), as blanks: “The {1:SHORTANSWER:=council} met.” Pure.

Source: docs.moodle.org, “Embedded Answers (Cloze) question type”.
"""

import re
from dataclasses import replace
from decimal import Decimal

from quizzes.files.questions.item import Gap, Item, Skipped, blanks_of, joined
from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import plain
from quizzes.files.questions.numeric import numbers
from quizzes.files.questions.pictures import PictureTaker
from quizzes.phrases import gettext

# Each is typed, or chosen from a list. Moodle has long and short names, and more for the layout.
_TYPED = frozenset("SHORTANSWER SA MW SHORTANSWER_C SAC MWC".split())
_NUMBERS = frozenset(("NUMERICAL", "NM"))
_CHOSEN = frozenset(
    "MULTICHOICE MC MULTICHOICE_H MCH MULTICHOICE_V MCV MULTICHOICE_S MCS MULTICHOICE_HS MCHS MULTICHOICE_VS"
    " MCVS".split()
)
# Bounded, so that braces without an end cost no more than their length.
_GAP = re.compile(r"\{(\d{0,3}):([A-Z_]{2,20}):((?:[^{}\\]|\\.){0,4000})\}", re.DOTALL)
_SEPARATOR = re.compile(r"(?<!\\)~")
_ANSWER = re.compile(r"(?:(=)|%(-?\d{1,3}(?:\.\d{1,6})?)%)?(.*?)(?:(?<!\\)#(.*))?", re.DOTALL)
_ESCAPED = re.compile(r"\\([}{#~/\"\\=%])")
_FULL = 100


def read_cloze(source: str, notes: list[str], taker: PictureTaker) -> Item:
    """The blanks of a text with embedded answers. source: HTML. taker: gets its picture. Raises Skipped."""
    gaps, weights = list[Gap](), list[int]()

    def mark(match: re.Match[str]) -> str:
        weights.append(int(match[1] or 1))
        gaps.append(_gap(match[2], match[3], notes))
        # Two private characters survive the removal of markup.
        return f"\ue010{len(gaps) - 1}\ue011"

    marked = _GAP.sub(mark, source)
    if not gaps:
        raise Skipped(gettext("Its text has no embedded answers."))
    if len(set(weights)) > 1:
        notes.append(gettext("Its answers had different weights. Here they count the same."))
    text, lost = plain(marked, taker)
    notes += lost
    item = blanks_of(text, [(f"\ue010{place}\ue011", gap) for place, gap in enumerate(gaps)])
    return replace(item, points=sum(weights))


def _gap(kind: str, body: str, notes: list[str]) -> Gap:
    if kind not in _TYPED | _NUMBERS | _CHOSEN:
        raise Skipped(gettext("Footnote has no blanks like Moodle’s “{value}”.").format(value=kind[:20]))
    accepted, choices, feedback = list[str](), list[str](), ""
    for part in _SEPARATOR.split(body):
        found = _ANSWER.fullmatch(part.strip())
        if found is None:
            continue
        text = plain(_ESCAPED.sub(r"\1", found[3]))[0]
        share = Decimal(_FULL) if found[1] else Decimal(found[2] or 0)
        if text == "*" and kind not in _CHOSEN:
            notes.append(gettext("Feedback for any other answer was left out."))
            continue
        if kind in _NUMBERS and share > 0:
            text, tolerance = numbers(text)
            if tolerance != "0":
                notes.append(gettext("Only {value} itself is accepted now, without its tolerance.").format(value=text))
        choices.append(text)
        if share >= _FULL:
            accepted.append(text)
            feedback = joined(feedback, plain(_ESCAPED.sub(r"\1", found[4] or ""))[0])
        elif share > 0:
            notes.append(partial_credit_note(text))
        if found[4] and share < _FULL:
            notes.append(gettext("Feedback for wrong answers of a blank was left out."))
    if not accepted:
        raise Skipped(gettext("One of its blanks has no answer with full credit."))
    return Gap(tuple(accepted), tuple(choices) if kind in _CHOSEN else (), feedback)
