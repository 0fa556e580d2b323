"""Questions between files and question sets: check one against the limits, turn it into a draft's, and back. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quizzes.content.picture_files import PictureFile
from quizzes.content.pictures import PICTURE, set_picture
from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.questions.item import (
    GAP_LETTERS,
    Gap,
    Item,
    ItemPicture,
    Line,
    ReadQuestion,
    Skipped,
    joined,
    skipped,
)
from quizzes.phrases import gettext, gettext_noop

# The limits of the fields in the editor, in characters.
MAX_STEM, MAX_BLANKS_TEXT, MAX_CHOICE, MAX_LINE, MAX_ANSWER = 1_000, 2_000, 500, 300, 200
MAX_FEEDBACK, MAX_EXPLANATION, MAX_TITLE = 500, 2_000, 200
_GAP = re.compile(r"\{([a-z])\}")
# A stem that says no more than the type of the question.
_INSTRUCTION = re.compile(
    r"(?:is this (?:statement )?)?true or false|fill in the blanks?"
    r"|(?:es )?verdader[oa] o fals[oa]|(?:completa|llena) los espacios(?: en blanco)?",
    re.IGNORECASE,
)

_TRUE_OR_FALSE = "Is this statement true or false?"
# What an import writes above a statement and above a text with blanks, in the language of the set.
_INSTRUCTIONS = {
    "es": {_TRUE_OR_FALSE: "¿Es verdadero o falso?", "Fill in the blanks.": "Completa los espacios en blanco."},
}

_FEEDBACK_CUT = gettext_noop("Feedback is cut to {count} characters.")
_EXPLANATION_CUT = gettext_noop("The explanation is cut to {count} characters.")
_SAMPLE_CUT = gettext_noop("The sample answer is cut to {count} characters.")
_STEM_LONG = gettext_noop("Its question text is over {count} characters.")
_TEXT_LONG = gettext_noop("Its text is over {count} characters.")
_ANSWER_LONG = gettext_noop("An answer is over {count} characters.")
_CHOICE_LONG = gettext_noop("An answer choice is over {count} characters.")
_LINE_LONG = gettext_noop("A line is over {count} characters.")
_FEW_ANSWERS = gettext_noop("It has fewer than {count} answers.")
_MANY_ANSWERS = gettext_noop("It has {count} answers. A question can have {limit}.")
_FEW_LINES = gettext_noop("It has fewer than {count} lines.")
_MANY_LINES = gettext_noop("It has {count} lines. A question can have {limit}.")
_ANSWERS_EQUAL = gettext_noop("2 of its answers are the same.")
_WRONG_EQUAL = gettext_noop("2 of its wrong answers are the same.")
_LINES_EQUAL = gettext_noop("2 of its lines are the same.")


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
    if any(len(text) > at_most for text in texts):
        raise Skipped(gettext(reason).format(count=at_most))


def _refuse_equal(texts: Sequence[str], reason: str) -> None:
    folded = [" ".join(text.casefold().split()) for text in texts]
    if len(set(folded)) != len(folded):
        raise Skipped(gettext(reason))


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
    _refuse_long([item.stem], MAX_STEM, _STEM_LONG)
    item = _shortened(item, notes)
    texts = [line.text for line in item.lines]
    match item.question_type:
        case "single" | "multiple":
            return _checked_choices(item, notes)
        case "short_answer":
            return _checked_answers(item, notes)
        case "matching":
            _refuse_lines(texts, at_least=2)
            if not all(line.match for line in item.lines):
                raise Skipped(gettext("A line of it has no match."))
            options = tuple(
                dict.fromkeys(_one_line(option) for option in (*item.options, *(line.match for line in item.lines)))
            )
            _refuse_long(options, MAX_ANSWER, _CHOICE_LONG)
            return replace(item, options=options)
        case "ordering":
            _refuse_lines(texts, at_least=3)
        case "blanks":
            _refuse_long([item.text], MAX_BLANKS_TEXT, _TEXT_LONG)
            if "".join(_GAP.findall(item.text)) != GAP_LETTERS[: len(item.gaps)] or not item.gaps:
                raise Skipped(gettext("Its blanks aren’t named {a}, {b}, and so on, each with its answers."))
            return replace(item, gaps=tuple(_checked_gap(gap, notes) for gap in item.gaps))
        case "numeric":
            if len(item.number) > 40 or len(item.tolerance) > 20:
                raise Skipped(gettext("Its number is too long."))
    return item


def _shortened(item: Item, notes: list[str]) -> Item:
    """The item with its lines and feedback on one line each, and with long feedback and explanations cut."""
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
    return item


def _checked_choices(item: Item, notes: list[str]) -> Item:
    if not all(line.text for line in item.lines):
        notes.append(gettext("A blank answer was left out."))
        item = replace(item, lines=tuple(line for line in item.lines if line.text))
    texts = [line.text for line in item.lines]
    _refuse_count(texts, 2, few=_FEW_ANSWERS, many=_MANY_ANSWERS)
    _refuse_long(texts, MAX_CHOICE, _ANSWER_LONG)
    _refuse_equal(texts, _ANSWERS_EQUAL)
    if not any(line.is_correct for line in item.lines):
        raise Skipped(gettext("Its correct answer is blank."))
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
        raise Skipped(gettext("A blank of it has no answer."))
    if choices and accepted[0] not in choices:
        choices = (*choices, accepted[0])
    if len(choices) > MAX_ROWS:
        raise Skipped(
            gettext("A blank of it has {count} choices. It can have {max_rows}.").format(
                count=len(choices), max_rows=MAX_ROWS
            )
        )
    if len(choices) == 1:
        choices = ()
    _refuse_long([*accepted, *choices], MAX_ANSWER, _ANSWER_LONG)
    feedback = _cut(_one_line(gap.feedback), MAX_FEEDBACK, _FEEDBACK_CUT, notes)
    return Gap(accepted[:1] if choices else accepted, choices, feedback)


def draft_question(item: Item, *, key: str) -> Table:
    """The question as a draft stores it, without objective and evidence.

    item: checked, and its picture encoded again.
    """
    question = {
        "key": key,
        "type": item.question_type,
        "objective": "",
        "stem": _TRUE_OR_FALSE if item.question_type == "true_false" else item.stem,
        "skill": "recall",
        "points": item.points,
        "evidence": [],
        "explanation": item.explanation,
        "anchors": {},
        **TYPES[item.question_type].draft.blank(()),
        **_own_fields(item),
    }
    if item.picture is not None and item.picture.file is not None:
        file = item.picture.file
        texts = {"alternative": item.picture.alternative, "credit": item.picture.credit}
        set_picture(question, {"digest": file.digest, "width": file.width, "height": file.height, **texts})
    return question


def in_language_of_set(question: Table, language: str) -> Table:
    """The question with our own words above it in the first language of its set."""
    return {**question, "stem": _INSTRUCTIONS.get(language, {}).get(question["stem"], question["stem"])}


def _own_fields(item: Item) -> Table:
    match item.question_type:
        case "single" | "multiple":
            choices = [
                {"text": line.text, "rationale": line.feedback, **({"key": True} if line.is_correct else {})}
                for line in item.lines
            ]
            switches = {"keep_order": item.keep_order, "all_or_nothing": item.all_or_nothing}
            return {"choices": choices, **{name: True for name, is_on in switches.items() if is_on}}
        case "true_false":
            return {
                "statement": item.stem,
                "answer": item.is_true,
                "rationale_true": item.feedback_true,
                "rationale_false": item.feedback_false,
            }
        case "short_answer":
            return {
                "accepted": [line.text for line in item.lines if line.is_correct],
                "wrong": [
                    {"text": line.text, "rationale": line.feedback} for line in item.lines if not line.is_correct
                ],
            }
        case "numeric":
            kind = "date" if _is_date(item.number) else "number"
            units = [item.unit] if item.unit else []
            return {"kind": kind, "answer": item.number, "tolerance": item.tolerance, "units": units}
        case "matching":
            matched = {line.match for line in item.lines}
            return {
                "options": [option for option in item.options if option not in matched],
                "prompts": [
                    {"text": line.text, "option": line.match, "rationale": line.feedback} for line in item.lines
                ],
            }
        case "ordering":
            return {"items": [{"text": line.text, "rationale": line.feedback} for line in item.lines]}
        case "blanks":
            gaps = [
                {"accepted": list(gap.accepted), "choices": list(gap.choices), "rationale": gap.feedback}
                for gap in item.gaps
            ]
            return {"text": item.text, "gaps": gaps}
        case "free_text":
            criteria = [{"title": "Answer", "points": item.points, "description": ""}]
            return {"sample_answer": item.sample_answer, "criteria": criteria}


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}|--\d{2}-\d{2}", text) is not None


def item_of(question: Mapping[str, Any], number: int, pictures: Mapping[str, PictureFile] | None = None) -> Item | None:
    """The item of a question of an edition; None for a type that only Footnote has.

    number: its place in the set. pictures: those of the set, by digest.
    """
    fields = _item_fields(question)
    if fields is None:
        return None
    picture = question.get(PICTURE) or {}
    file = (pictures or {}).get(picture.get("digest", ""))
    return Item(
        **{
            "question_type": question["type"],
            "stem": question.get("stem", ""),
            "title": f"Question {number}",
            "explanation": question.get("explanation", ""),
            "points": question.get("points", 1),
            "picture": file and ItemPicture(file.content, picture["alternative"], picture["credit"], file),
            **fields,
        }
    )


def _item_fields(question: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of an item that its type alone has; None for a type that only Footnote has."""
    match question["type"]:
        case "single" | "multiple":
            lines = tuple(
                Line(row["text"], bool(row.get("key")), row.get("rationale", "")) for row in question["choices"]
            )
            is_kept, is_whole = bool(question.get("keep_order")), bool(question.get("all_or_nothing"))
            return {"lines": lines, "keep_order": is_kept, "all_or_nothing": is_whole}
        case "true_false":
            return {
                "stem": question["statement"],
                "is_true": bool(question["answer"]),
                "feedback_true": question.get("rationale_true", ""),
                "feedback_false": question.get("rationale_false", ""),
            }
        case "short_answer":
            accepted = [Line(text, is_correct=True) for text in question["accepted"]]
            wrong = [Line(row["text"], feedback=row.get("rationale", "")) for row in question.get("wrong", ())]
            return {"lines": (*accepted, *wrong)}
        case "numeric":
            unit = "".join(question.get("units", [])[:1])
            return {
                "number": str(question["answer"]),
                "tolerance": str(question.get("tolerance", "") or "0"),
                "unit": unit,
            }
        case "matching":
            prompts = tuple(
                Line(row["text"], feedback=row.get("rationale", ""), match=row["option"]) for row in question["prompts"]
            )
            options = tuple(dict.fromkeys([*question.get("options", ()), *(line.match for line in prompts)]))
            return {"lines": prompts, "options": options}
        case "ordering":
            rows = sorted(question["items"], key=lambda row: row.get("place", 0))
            return {"lines": tuple(Line(row["text"], feedback=row.get("rationale", "")) for row in rows)}
        case "blanks":
            gaps = tuple(
                Gap(
                    (row["answer"],) if row.get("choices") else tuple(row["accepted"]),
                    tuple(row.get("choices", ())),
                    row.get("rationale", ""),
                )
                for row in question["gaps"]
            )
            return {"text": question["text"], "gaps": gaps}
        case "free_text":
            return {"sample_answer": question.get("sample_answer", "")}
    return None


def exported_item(
    question: Mapping[str, Any], number: int, pictures: Mapping[str, PictureFile] | None = None
) -> Item | None:
    """The item of a question for a format of another program, as `item_of` has it.

    Other formats have no place for a stem above a statement or a text with blanks, and none for a note to students, so
    they are part of that text.
    """
    item = item_of(question, number, pictures)
    if item is None:
        return None
    stem, note = str(question.get("stem", "")), str(question.get("note", ""))
    if _INSTRUCTION.fullmatch(stem.strip(" .:?¿")):
        stem = ""
    if item.question_type == "true_false":
        return replace(item, stem=f"{stem} {item.stem}".strip())
    if item.question_type == "blanks":
        above, below = ("" if _GAP.search(text) else text for text in (stem, note))
        return replace(item, text="\n".join(filter(None, (above, item.text, below))))
    return replace(item, stem=f"{item.stem} {note}".strip())
