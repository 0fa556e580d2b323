"""The limits of a question set for a question of a file: shorten it with a note, or skip it. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.content.tables import Table
from quizzes.files.questions.item import GAP_LETTERS, GAP_MARK, Gap, Item, Line, ReadQuestion, Skipped, joined, skipped
from quizzes.phrases import gettext, gettext_noop, with_single_quotes

# The limits of the fields in the editor, in characters.
MAX_STEM, MAX_BLANKS_TEXT, MAX_CHOICE, MAX_LINE, MAX_ANSWER = 1_000, 2_000, 500, 300, 200
MAX_FEEDBACK, MAX_EXPLANATION, MAX_TITLE = 500, 2_000, 200
MAX_NOTE, MAX_UNITS, MAX_CRITERION, MAX_EARNS = 200, 2_000, 200, 500

_SHOWN_LENGTH = 40
_ANSWER_OPEN = gettext_noop("Its correct answer isn’t set. Choose it in the editor.")
_FEEDBACK_CUT = gettext_noop("Feedback is cut to {count} characters.")
_EXPLANATION_CUT = gettext_noop("The explanation is cut to {count} characters.")
_SAMPLE_CUT = gettext_noop("The sample answer is cut to {count} characters.")
_NOTE_CUT = gettext_noop("The note is cut to {count} characters.")
_STEM_LONG = gettext_noop("Its question text is over {count} characters. Shorten it: “{text}”")
_TEXT_LONG = gettext_noop("Its text is over {count} characters. Shorten it: “{text}”")
_UNITS_LONG = gettext_noop("Its units are over {count} characters. Shorten them: “{text}”")
_ANSWER_LONG = gettext_noop("An answer is over {count} characters. Shorten it: “{text}”")
_CHOICE_LONG = gettext_noop("An answer choice is over {count} characters. Shorten it: “{text}”")
_LINE_LONG = gettext_noop("A line is over {count} characters. Shorten it: “{text}”")
_FEW_ANSWERS = gettext_noop("It has fewer than {count} answers.")
_MANY_ANSWERS = gettext_noop("It has {count} answers. A question can have {limit}.")
_FEW_LINES = gettext_noop("It has fewer than {count} lines.")
_MANY_LINES = gettext_noop("It has {count} lines. A question can have {limit}.")
_ANSWERS_EQUAL = gettext_noop("2 of its answers are the same. Change one: “{text}”")
_WRONG_EQUAL = gettext_noop("2 of its wrong answers are the same. Change one: “{text}”")
_LINES_EQUAL = gettext_noop("2 of its lines are the same. Change one: “{text}”")


def partial_credit_note(text: str) -> str:
    """The note that an answer with part of the credit counts as wrong here."""
    note = gettext("“{text}” had part of the credit. Here it is a wrong answer.")
    return note.format(text=_start(text))


def _start(text: str) -> str:
    """The start of a text, to put between quotation marks."""
    cut = "…" if len(text) > _SHOWN_LENGTH else ""
    return with_single_quotes(_one_line(text[:_SHOWN_LENGTH]) + cut)


def checked(found: ReadQuestion) -> ReadQuestion:
    """The outcome after a check against the limits of a question set: shortened with a note, or skipped."""
    if found.item is None:
        return found
    notes: list[str] = []
    try:
        item = _within_limits(found.item, notes)
    except Skipped as reason:
        return skipped(found.where, found.stem, str(reason))
    # `dataclasses.replace` takes a third of the time of a large file, so it runs only where something changes.
    if item is found.item and not notes:
        return found
    return replace(found, item=item, notes=tuple(dict.fromkeys((*found.notes, *notes))))


def _cut(text: str, at_most: int, note: str, notes: list[str]) -> str:
    if len(text) <= at_most:
        return text
    notes.append(gettext(note).format(count=at_most))
    return f"{text[: at_most - 1]}…"


def _refuse_long(texts: Sequence[str], at_most: int, reason: str) -> None:
    if long := next((text for text in texts if len(text) > at_most), ""):
        raise Skipped(gettext(reason).format(count=at_most, text=_start(long)))


def _refuse_equal(texts: Sequence[str], reason: str) -> None:
    folded = [" ".join(text.casefold().split()) for text in texts]
    if len(set(folded)) != len(folded):
        again = next(text for place, text in enumerate(texts) if folded[place] in folded[:place])
        raise Skipped(gettext(reason).format(text=_start(again)))


def _refuse_count(texts: Sequence[object], at_least: int, *, few: str, many: str) -> None:
    if len(texts) < at_least:
        raise Skipped(gettext(few).format(count=at_least))
    if len(texts) > MAX_ROWS:
        raise Skipped(gettext(many).format(count=len(texts), limit=MAX_ROWS))


def _refuse_lines(texts: Sequence[str], *, at_least: int) -> None:
    _refuse_count(texts, at_least, few=_FEW_LINES, many=_MANY_LINES)
    _refuse_long(texts, MAX_LINE, _LINE_LONG)
    _refuse_equal(texts, _LINES_EQUAL)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _within_limits(item: Item, notes: list[str]) -> Item:
    _refuse_long([item.stem, item.settings.get("stem", "")], MAX_STEM, _STEM_LONG)
    _check_settings(item.settings)
    item = _shortened(item, notes)
    texts = [line.text for line in item.lines]
    match item.question_type:
        case "single" | "multiple":
            return _checked_choices(item, notes)
        case "short_answer":
            return _checked_answers(item, notes)
        case "true_false":
            notes += [gettext(_ANSWER_OPEN)] if item.is_true is None else []
        case "matching":
            _refuse_lines(texts, at_least=2)
            if not all(line.match for line in item.lines):
                raise Skipped(gettext("One of its lines has no match."))
            options = tuple(
                dict.fromkeys(_one_line(option) for option in (*item.options, *(line.match for line in item.lines)))
            )
            _refuse_long(options, MAX_ANSWER, _CHOICE_LONG)
            return replace(item, options=options)
        case "ordering":
            _refuse_lines(texts, at_least=3)
        case "blanks":
            _refuse_long([item.text], MAX_BLANKS_TEXT, _TEXT_LONG)
            if "".join(GAP_MARK.findall(item.text)) != GAP_LETTERS[: len(item.gaps)] or not item.gaps:
                raise Skipped(gettext("Name its blanks {a}, {b}, and so on, and give each its answers."))
            return replace(item, gaps=tuple(_checked_gap(gap, notes) for gap in item.gaps))
        case "numeric":
            if len(item.number) > 40 or len(item.tolerance) > 20:
                raise Skipped(gettext("Its number is too long."))
    return item


def _check_settings(settings: Table) -> None:
    _refuse_long(["\n".join(settings.get("units", ()))], MAX_UNITS, _UNITS_LONG)
    criteria = settings.get("criteria", ())
    _refuse_count(criteria, 0, few=_FEW_LINES, many=_MANY_LINES)
    _refuse_long([row["title"] for row in criteria], MAX_CRITERION, _LINE_LONG)
    _refuse_long([row["description"] for row in criteria], MAX_EARNS, _LINE_LONG)


def _shortened(item: Item, notes: list[str]) -> Item:
    """The item with its lines and feedback on one line each, and with long feedback, explanations, and notes cut."""
    parts = [part for line in item.lines for part in (line.text, line.match, line.feedback)]
    if any("\n" in part or len(part) > MAX_FEEDBACK for part in parts):
        lines = tuple(
            Line(
                _one_line(line.text),
                line.is_correct,
                _cut(_one_line(line.feedback), MAX_FEEDBACK, _FEEDBACK_CUT, notes),
                _one_line(line.match),
            )
            for line in item.lines
        )
        item = replace(item, lines=lines)
    if item.feedback_true or item.feedback_false:
        item = replace(
            item,
            feedback_true=_cut(_one_line(item.feedback_true), MAX_FEEDBACK, _FEEDBACK_CUT, notes),
            feedback_false=_cut(_one_line(item.feedback_false), MAX_FEEDBACK, _FEEDBACK_CUT, notes),
        )
    longest = max(len(item.explanation), len(item.sample_answer))
    if longest > MAX_EXPLANATION or len(item.title) > MAX_TITLE:
        item = replace(
            item,
            explanation=_cut(item.explanation, MAX_EXPLANATION, _EXPLANATION_CUT, notes),
            sample_answer=_cut(item.sample_answer, MAX_EXPLANATION, _SAMPLE_CUT, notes),
            title=item.title[:MAX_TITLE],
        )
    if note := item.settings.get("note"):
        item = replace(item, settings={**item.settings, "note": _cut(note, MAX_NOTE, _NOTE_CUT, notes)})
    return item


def _checked_choices(item: Item, notes: list[str]) -> Item:
    had_answer = any(line.is_correct for line in item.lines)
    if not all(line.text for line in item.lines):
        notes.append(gettext("A blank answer was left out."))
        item = replace(item, lines=tuple(line for line in item.lines if line.text))
    texts = [line.text for line in item.lines]
    _refuse_count(texts, 2, few=_FEW_ANSWERS, many=_MANY_ANSWERS)
    _refuse_long(texts, MAX_CHOICE, _ANSWER_LONG)
    _refuse_equal(texts, _ANSWERS_EQUAL)
    if had_answer and not any(line.is_correct for line in item.lines):
        raise Skipped(gettext("Its correct answer is blank."))
    if not had_answer:
        notes.append(gettext(_ANSWER_OPEN))
    return item


def _checked_answers(item: Item, notes: list[str]) -> Item:
    accepted = list(dict.fromkeys(line.text for line in item.lines if line.is_correct and line.text))
    wrong = [line for line in item.lines if not line.is_correct and line.text and line.text not in accepted]
    if not accepted:
        raise Skipped(gettext("It has no accepted answer."))
    _refuse_long([line.text for line in item.lines], MAX_ANSWER, _ANSWER_LONG)
    if len(wrong) > MAX_ROWS:
        notes.append(gettext("It keeps {max_rows} wrong answers.").format(max_rows=MAX_ROWS))
    _refuse_equal([line.text for line in wrong], _WRONG_EQUAL)
    # An accepted answer has no feedback of its own here.
    explained = joined(item.explanation, *(line.feedback for line in item.lines if line.is_correct))
    if explained != item.explanation:
        item = replace(item, explanation=_cut(explained, MAX_EXPLANATION, _EXPLANATION_CUT, notes))
    return replace(item, lines=(*(Line(text, is_correct=True) for text in accepted), *wrong[:MAX_ROWS]))


def _checked_gap(gap: Gap, notes: list[str]) -> Gap:
    accepted = tuple(dict.fromkeys(_one_line(text) for text in gap.accepted if text.strip()))
    choices = tuple(dict.fromkeys(_one_line(text) for text in gap.choices if text.strip()))
    if not accepted:
        raise Skipped(gettext("One of its blanks has no answer."))
    if choices and accepted[0] not in choices:
        choices = (*choices, accepted[0])
    if len(choices) > MAX_ROWS:
        raise Skipped(
            gettext("One of its blanks has {count} choices. A blank can have {max_rows}.").format(
                count=len(choices), max_rows=MAX_ROWS
            )
        )
    if len(choices) == 1:
        choices = ()
    _refuse_long([*accepted, *choices], MAX_ANSWER, _ANSWER_LONG)
    feedback = _cut(_one_line(gap.feedback), MAX_FEEDBACK, _FEEDBACK_CUT, notes)
    return Gap(accepted[:1] if choices else accepted, choices, feedback)
