"""Questions between files and question sets: check one against the limits, turn it into a draft's, and back. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.questions.item import Gap, Item, Line, ReadQuestion, Skipped, skipped

# The limits of the fields in the editor, in characters.
MAX_STEM, MAX_BLANKS_TEXT, MAX_CHOICE, MAX_LINE, MAX_ANSWER = 1_000, 2_000, 500, 300, 200
MAX_FEEDBACK, MAX_EXPLANATION, MAX_TITLE = 500, 2_000, 200
_GAP = re.compile(r"\{([a-z])\}")
_LETTERS = "abcdefgh"


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


def _cut(text: str, at_most: int, what: str, notes: list[str]) -> str:
    if len(text) <= at_most:
        return text
    notes.append(f"{what} is cut to {at_most} characters.")
    return f"{text[: at_most - 1]}…"


def _refuse_long(texts: Sequence[str], at_most: int, what: str) -> None:
    if any(len(text) > at_most for text in texts):
        raise Skipped(f"{what} is over {at_most} characters.")


def _refuse_equal(texts: Sequence[str], what: str) -> None:
    folded = [" ".join(text.casefold().split()) for text in texts]
    if len(set(folded)) != len(folded):
        raise Skipped(f"2 of its {what} are the same.")


def _refuse_count(texts: Sequence[object], at_least: int, what: str) -> None:
    if len(texts) < at_least:
        raise Skipped(f"It has fewer than {at_least} {what}.")
    if len(texts) > MAX_ROWS:
        raise Skipped(f"It has {len(texts)} {what}. A question can have {MAX_ROWS}.")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _within_limits(item: Item, notes: list[str]) -> Item:
    _refuse_long([item.stem], MAX_STEM, "Its question text")
    parts = [part for line in item.lines for part in (line.text, line.match, line.feedback)]
    if any("\n" in part or len(part) > MAX_FEEDBACK for part in parts):
        lines = tuple(
            Line(
                _one_line(line.text),
                line.is_correct,
                _cut(_one_line(line.feedback), MAX_FEEDBACK, "Feedback", notes),
                _one_line(line.match),
            )
            for line in item.lines
        )
        item = replace(item, lines=lines)
    lines = item.lines
    if item.feedback_true or item.feedback_false:
        item = replace(
            item,
            feedback_true=_cut(_one_line(item.feedback_true), MAX_FEEDBACK, "Feedback", notes),
            feedback_false=_cut(_one_line(item.feedback_false), MAX_FEEDBACK, "Feedback", notes),
        )
    longest = max(len(item.explanation), len(item.sample_answer))
    if longest > MAX_EXPLANATION or len(item.title) > MAX_TITLE:
        item = replace(
            item,
            explanation=_cut(item.explanation, MAX_EXPLANATION, "The explanation", notes),
            sample_answer=_cut(item.sample_answer, MAX_EXPLANATION, "The sample answer", notes),
            title=item.title[:MAX_TITLE],
        )
    texts = [line.text for line in lines]
    match item.kind:
        case "single" | "multiple":
            if not all(texts):
                notes.append("A blank answer was left out.")
                item = replace(item, lines=tuple(line for line in lines if line.text))
                texts = [text for text in texts if text]
            _refuse_count(texts, 2, "answers")
            _refuse_long(texts, MAX_CHOICE, "An answer")
            _refuse_equal(texts, "answers")
            if not any(line.is_correct for line in item.lines):
                raise Skipped("Its correct answer is blank.")
        case "short_answer":
            accepted = list(dict.fromkeys(line.text for line in lines if line.is_correct and line.text))
            wrong = [line for line in lines if not line.is_correct and line.text and line.text not in accepted]
            if not accepted:
                raise Skipped("It has no accepted answer.")
            _refuse_long(texts, MAX_ANSWER, "An answer")
            if len(wrong) > MAX_ROWS:
                notes.append(f"It keeps {MAX_ROWS} wrong answers.")
            _refuse_equal([line.text for line in wrong], "wrong answers")
            explained = [line.feedback for line in lines if line.is_correct and line.feedback]
            if explained and not item.explanation:
                item = replace(item, explanation=explained[0])
            item = replace(item, lines=(*(Line(text, is_correct=True) for text in accepted), *wrong[:MAX_ROWS]))
        case "matching":
            _refuse_count(texts, 2, "lines")
            _refuse_long(texts, MAX_LINE, "A line")
            _refuse_equal(texts, "lines")
            if not all(line.match for line in lines):
                raise Skipped("A line of it has no match.")
            options = tuple(
                dict.fromkeys(_one_line(option) for option in (*item.options, *(line.match for line in lines)))
            )
            _refuse_long(options, MAX_ANSWER, "An answer choice")
            item = replace(item, options=options)
        case "ordering":
            _refuse_count(texts, 3, "lines")
            _refuse_long(texts, MAX_LINE, "A line")
            _refuse_equal(texts, "lines")
        case "blanks":
            _refuse_long([item.text], MAX_BLANKS_TEXT, "Its text")
            if "".join(_GAP.findall(item.text)) != _LETTERS[: len(item.gaps)] or not item.gaps:
                raise Skipped("Its blanks aren’t named {a}, {b}, and so on, each with its answers.")
            item = replace(item, gaps=tuple(_checked_gap(gap, notes) for gap in item.gaps))
        case "numeric":
            if len(item.number) > 40 or len(item.tolerance) > 20:
                raise Skipped("Its number is too long.")
    return item


def _checked_gap(gap: Gap, notes: list[str]) -> Gap:
    accepted = tuple(dict.fromkeys(_one_line(text) for text in gap.accepted if text.strip()))
    choices = tuple(dict.fromkeys(_one_line(text) for text in gap.choices if text.strip()))
    if not accepted:
        raise Skipped("A blank of it has no answer.")
    if choices and accepted[0] not in choices:
        choices = (*choices, accepted[0])
    if len(choices) > MAX_ROWS:
        raise Skipped(f"A blank of it has {len(choices)} choices. It can have {MAX_ROWS}.")
    if len(choices) == 1:
        choices = ()
    _refuse_long([*accepted, *choices], MAX_ANSWER, "An answer")
    feedback = _cut(_one_line(gap.feedback), MAX_FEEDBACK, "Feedback", notes)
    return Gap(accepted[:1] if choices else accepted, choices, feedback)


def draft_question(item: Item, *, key: str, objective: str) -> Table:
    """The question as a draft stores it, without evidence. item: checked."""
    stem = item.stem
    if item.kind == "true_false":
        stem = "Is this statement true or false?"
    return {
        "key": key,
        "type": item.kind,
        "objective": objective,
        "stem": stem,
        "skill": "recall",
        "points": item.points,
        "evidence": [],
        "explanation": item.explanation,
        "anchors": {},
        **TYPES[item.kind].draft.blank(()),
        **_own_fields(item),
    }


def _own_fields(item: Item) -> Table:
    match item.kind:
        case "single" | "multiple":
            choices = [
                {"text": line.text, "rationale": line.feedback, **({"key": True} if line.is_correct else {})}
                for line in item.lines
            ]
            return {"choices": choices, **({"keep_order": True} if item.keep_order else {})}
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


def item_of(question: Mapping[str, Any], number: int) -> Item | None:
    """The item of a question of an edition; None for a type that only Footnote has. number: its place in the set."""
    kind = question["type"]
    common: dict[str, Any] = {
        "title": f"Question {number}",
        "explanation": question.get("explanation", ""),
        "points": question.get("points", 1),
    }
    stem = question.get("stem", "")
    match kind:
        case "single" | "multiple":
            lines = tuple(
                Line(row["text"], bool(row.get("key")), row.get("rationale", "")) for row in question["choices"]
            )
            return Item(kind, stem, lines=lines, keep_order=bool(question.get("keep_order")), **common)
        case "true_false":
            return Item(
                kind,
                question["statement"],
                is_true=bool(question["answer"]),
                feedback_true=question.get("rationale_true", ""),
                feedback_false=question.get("rationale_false", ""),
                **common,
            )
        case "short_answer":
            accepted = [Line(text, is_correct=True) for text in question["accepted"]]
            wrong = [Line(row["text"], feedback=row.get("rationale", "")) for row in question.get("wrong", ())]
            return Item(kind, stem, lines=(*accepted, *wrong), **common)
        case "numeric":
            number_text, tolerance = str(question["answer"]), str(question.get("tolerance", "") or "0")
            unit = "".join(question.get("units", [])[:1])
            return Item(kind, stem, number=number_text, tolerance=tolerance, unit=unit, **common)
        case "matching":
            prompts = tuple(
                Line(row["text"], feedback=row.get("rationale", ""), match=row["option"]) for row in question["prompts"]
            )
            options = tuple(dict.fromkeys([*question.get("options", ()), *(line.match for line in prompts)]))
            return Item(kind, stem, lines=prompts, options=options, **common)
        case "ordering":
            rows = sorted(question["items"], key=lambda row: row.get("place", 0))
            ordered = tuple(Line(row["text"], feedback=row.get("rationale", "")) for row in rows)
            return Item(kind, stem, lines=ordered, **common)
        case "blanks":
            gaps = tuple(
                Gap(
                    (row["answer"],) if row.get("choices") else tuple(row["accepted"]),
                    tuple(row.get("choices", ())),
                    row.get("rationale", ""),
                )
                for row in question["gaps"]
            )
            return Item(kind, stem, text=question["text"], gaps=gaps, **common)
        case "free_text":
            return Item(kind, stem, sample_answer=question.get("sample_answer", ""), **common)
    return None
