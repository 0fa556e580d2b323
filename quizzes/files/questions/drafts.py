"""Questions between files and question sets: turn one into a draft's, and back. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quizzes.content.normalized_answers import iso_date, read_date, read_number
from quizzes.content.picture_files import PictureFile
from quizzes.content.pictures import PICTURE, set_picture
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.questions.item import GAP_MARK, Gap, Item, ItemPicture, Line

# A stem that says no more than the type of the question.
_INSTRUCTION = re.compile(
    r"(?:is this (?:statement )?)?true or false|fill in the blanks?"
    r"|(?:es )?verdader[oa] o fals[oa]|(?:completa|llena) los espacios(?: en blanco)?",
    re.IGNORECASE,
)
_TRUE_OR_FALSE = "Is this statement true or false?"
# What an import writes above a statement, a text with blanks, and lines to match, in the language of the set.
_INSTRUCTIONS = {
    "es": {
        _TRUE_OR_FALSE: "¿Es verdadero o falso?",
        "Fill in the blanks.": "Completa los espacios en blanco.",
        "Match each definition with its term.": "Empareja cada definición con su término.",
        "Match each line with an answer choice.": "Empareja cada línea con una opción.",
    },
}


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
        **item.settings,
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


def _feedback(row: Mapping[str, Any], name: str, question: Mapping[str, Any]) -> str:
    """The feedback, "" where a finished draft has the explanation in its place: a file has that once."""
    feedback: str = row.get(name, "")
    return "" if feedback == question.get("explanation", "") else feedback


def _item_fields(question: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of an item that its type alone has; None for a type that only Footnote has."""
    match question["type"]:
        case "single" | "multiple":
            lines = tuple(
                Line(row["text"], bool(row.get("key")), _feedback(row, "rationale", question))
                for row in question["choices"]
            )
            is_kept, is_whole = bool(question.get("keep_order")), bool(question.get("all_or_nothing"))
            return {"lines": lines, "keep_order": is_kept, "all_or_nothing": is_whole}
        case "true_false":
            return {
                "stem": question["statement"],
                "is_true": bool(question["answer"]),
                "feedback_true": _feedback(question, "rationale_true", question),
                "feedback_false": _feedback(question, "rationale_false", question),
            }
        case "short_answer":
            accepted = [Line(text, is_correct=True) for text in question["accepted"]]
            wrong = [Line(row["text"], feedback=row.get("rationale", "")) for row in question.get("wrong", ())]
            return {"lines": (*accepted, *wrong)}
        case "numeric":
            unit = "".join(question.get("units", [])[:1])
            return {
                "number": (_iso if question.get("kind") == "date" else _figures)(str(question["answer"])),
                "tolerance": _figures(str(question.get("tolerance", "") or "0")),
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


def _figures(text: str) -> str:
    """The number as other programs read it: “1200” for “1,200”, “7” for “seven”. Any other text stays."""
    found = read_number(text)
    return f"{found[0]:f}" if found is not None and not found[1] else text


def _iso(text: str) -> str:
    """The date as a draft names it: “--08-31” for “August 31”. Any other text stays."""
    day = read_date(text)
    return text if day is None else iso_date(day)


def exported_item(question: Mapping[str, Any], number: int, pictures: Mapping[str, PictureFile] | None) -> Item | None:
    """The item of a question for a format of another program, as `item_of` has it.

    Other formats have no place for a note to students, and none for a stem above a statement or a text with blanks. So
    both become a part of the text.
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
        above, below = ("" if GAP_MARK.search(text) else text for text in (stem, note))
        return replace(item, text="\n".join(filter(None, (above, item.text, below))))
    return replace(item, stem=f"{item.stem} {note}".strip())
