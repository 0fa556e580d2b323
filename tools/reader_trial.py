"""`python -m tools.reader_trial FOLDER`: the files for a trial of the built-in sets with readers, for each set.

stems/: questions and choices without reading, title, citation, and key. masked/: the same with other names,
in files with a number. The first line of a key names its file.
keys/: the key, in the letters of the other files, and what a guess earns. reading/: the same questions below the
reading, and a file for each other level; below the Spanish one they are in Spanish. rationales/: what a student reads
after each wrong choice. Choices have one shuffled order in every file.

docs/reader-trial.md says how to use them.

With `--accept` instead of a folder: accept changed feedback, after a person has read it. A test fails until then.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()

from quizzes.content.question_types.choices import MARKS
from quizzes.content.reading import Reading
from quizzes.content.rules.folder import FIRST_LANGUAGE, Folder, Item
from quizzes.content.rules.guess_rules import credit_by_chance
from quizzes.files.built_in_sets import read_set_files, rule_folders

ROOT = Path(__file__).parent.parent
FEEDBACK = ROOT / "tests" / "data" / "feedback.txt"
LETTERS = "ABCDEFGH"
SEED = 16
# Another place, other people, and other days, so that an adult does not think of what happened.
MASKS = {
    "undocumented": "unlicensed",
    "immigrants": "peddlers",
    "immigration status": "license status",
    "citizenship": "guild membership",
    "Citizenship": "Guild membership",
    "federal agencies": "port agencies",
    "traffic violation": "mooring violation",
    "red light": "red buoy",
    "traffic rule": "mooring rule",
    "driver": "skipper",
    "district attorney": "port judge",
    "Philadelphia": "Northport",
    "City Hall": "Port Square",
    "Kenney": "Alder",
    "PARS": "LEDGER",
    "ICE": "OBR",
    "police system": "harbor guard system",
    "police": "harbor guards",
    "mayor": "harbor master",
    # No question has a day of September and one of October.
    "June 15": "February 15",
    "June 30": "February 28",
    "July 15": "March 15",
    "July 31": "March 31",
    "August 15": "April 15",
    "August 31": "April 30",
    "September 15": "May 15",
    "September 30": "May 31",
    "December 31": "November 30",
}
_NAMES = re.compile(rf"\b(?:{'|'.join(MASKS)})\b")
HOW = (
    "Questions on a text that you do not see. Answer each one. Write the number of the question and the letters;\n"
    "for sentences, their numbers; for statements, a letter each. Say how sure you are."
)


# What the trial adds to a question, for each language of a reading.
ADDED = {
    "en": {
        "statement": "Statement: {text}",
        "number": "(type a number)",
        "speakers": "Speakers: {list}",
        "sentences": "Sentences: 1 to {count}",
        "written": "(written answer)",
    },
    "es": {
        "statement": "Afirmación: {text}",
        "number": "(escribe un número)",
        "speakers": "Quién habla: {list}",
        "sentences": "Oraciones: 1 a {count}",
        "written": "(respuesta escrita)",
    },
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as a reader of the trial sees it. lines: below the number. key: in letters or numbers.

    feedback: what is shown after a wrong answer.
    """

    lines: tuple[str, ...]
    key: str
    feedback: tuple[str, ...]


def asked(folder: Folder, item: Item, language: str = FIRST_LANGUAGE) -> Asked:
    """The question in this language, with its choices in shuffled order, the same order for every file."""
    item, added = item.in_language(language), ADDED[language]
    head: tuple[str, ...] = (item.table["stem"],)
    if item.statements:
        return _who_says_so(folder, item, head, language)
    if item.finds_sentences:
        head = (*head, added["statement"].format(text=item.table["statement"]))
        return _sentences(folder, item, (*head, added["sentences"].format(count=sum(1 for _ in folder.reading))))
    if item.is_written:
        return _written(item, (*head, item.table.get("note", ""), added["written"]))
    if item.table["type"] == "numeric":
        return Asked((*head, added["number"]), item.table["answer"], ())
    return _choices(folder, item, head)


def _choices(folder: Folder, item: Item, head: Sequence[str]) -> Asked:
    rows = list(item.choices)
    if not item.table.get("keep_order"):
        Random(f"{SEED}{item.key}").shuffle(rows)
    feedback = []
    for letter, row in zip(LETTERS, rows, strict=False):
        feedback.append(f"{letter}. {row['text']}{' (key)' if row.get('key') else ''}")
        if "mark" in row:
            feedback.append(f"   Label: {MARKS[row['mark']]}{_numbers(folder, row.get('mark_at', ()))}")
        feedback.append(f"   {row.get('rationale', '')}")
    return Asked(
        (*head, *(f"{letter}. {row['text']}" for letter, row in zip(LETTERS, rows, strict=False))),
        " ".join(letter for letter, row in zip(LETTERS, rows, strict=False) if row.get("key")),
        tuple(feedback),
    )


def _who_says_so(folder: Folder, item: Item, head: Sequence[str], language: str) -> Asked:
    rows = list(item.statements)
    Random(f"{SEED}{item.key}").shuffle(rows)
    in_language = folder.sets[0].parsed.in_language(language).reading.speakers
    speakers = {speaker.key: (letter, speaker.label) for letter, speaker in zip(LETTERS, in_language, strict=False)}
    keys = [f"{number}{speakers[row['voice']][0]}" for number, row in enumerate(rows, start=1)]
    feedback = []
    for number, row in enumerate(rows, start=1):
        feedback.append(f"{number}. {row['text']} (key: {speakers[row['voice']][1]})")
        feedback.append(f"   {row['rationale']}")
    return Asked(
        (
            *head,
            *(f"{number}. {row['text']}" for number, row in enumerate(rows, start=1)),
            ADDED[language]["speakers"].format(
                list="; ".join(f"{letter}. {label}" for letter, label in speakers.values())
            ),
        ),
        " ".join(keys),
        tuple(feedback),
    )


def _sentences(folder: Folder, item: Item, head: Sequence[str]) -> Asked:
    feedback = [f"Sentence{_numbers(folder, [row['sentence']])}: {row['rationale']}" for row in item.tempting]
    feedback.append(f"Any other sentence: {item.table['rationale_other']}")
    return Asked(
        tuple(head),
        _numbers(folder, item.table["key_sentences"]).strip(" ()"),
        tuple(feedback),
    )


def _written(item: Item, head: Sequence[str]) -> Asked:
    criteria = [f"{row['title']} ({row['points']}): {row['description']}" for row in item.table["criteria"]]
    return Asked(
        tuple(head),
        f"sample answer: {item.table['sample_answer']}",
        ("Rubric:", *criteria, f"Sample answer: {item.table['sample_answer']}"),
    )


def _numbers(folder: Folder, keys: Sequence[str]) -> str:
    numbers = [str(sentence.number) for sentence in folder.reading.sentences(keys)]
    return f" ({', '.join(numbers)})" if numbers else ""


def mask(text: str) -> str:
    """The text with other names."""
    return _NAMES.sub(lambda name: MASKS[name[0]], text)


def passage(reading: Reading) -> str:
    """The reading with its numbers, under the line that says when it was news."""
    paragraphs = (" ".join(f"[{sentence.number}] {sentence.text}" for sentence in p) for p in reading.paragraphs)
    return "\n\n".join(part for part in (reading.title, reading.date_line, reading.note, *paragraphs) if part)


def files(folder: Folder) -> Iterator[tuple[str, str]]:
    """(path below the folder of the trial, content) of each file."""
    for number, one in enumerate(folder.sets, start=1):
        slug, items = one.parsed.slug, one.items
        questions = [asked(folder, item) for item in items]
        stems = _numbered(questions)
        yield f"stems/{slug}.txt", f"{HOW}\n\n{stems}\n"
        # The name of a set would tell what happened.
        yield f"masked/set-{number}.txt", mask(f"{HOW}\n\n{stems}\n")
        yield f"keys/{slug}.txt", f"masked/set-{number}.txt\n{_keys(folder, items, questions)}"
        for reading in folder.readings:
            name = slug if reading is folder.reading else f"{slug}.{reading.variant}"
            below = _numbered([asked(folder, item, reading.language) for item in items])
            yield f"reading/{name}.txt", f"{passage(reading)}\n\n\n{below}\n"
        yield (
            f"rationales/{slug}.txt",
            f"{passage(folder.reading)}\n\n\n"
            + "\n\n".join(
                "\n   ".join((f"{n}. {item.asked}", *q.feedback, *_explained(folder, item.table)))
                for n, (item, q) in enumerate(zip(items, questions, strict=True), start=1)
            )
            + "\n",
        )


def _numbered(questions: Sequence[Asked]) -> str:
    return "\n\n".join(f"{n}. " + "\n   ".join(q.lines) for n, q in enumerate(questions, start=1))


def _keys(folder: Folder, items: Sequence[Item], questions: Sequence[Asked]) -> str:
    """The key of each question, and the credit that a guess earns on average. A written answer has none."""
    by_chance = [None if item.is_written else credit_by_chance(folder, item) for item in items]
    known = [credit for credit in by_chance if credit is not None]
    lines = [
        f"{number}. {question.key}" + ("" if credit is None else f"    chance {float(credit):.3f}")
        for number, (question, credit) in enumerate(zip(questions, by_chance, strict=True), start=1)
    ]
    return "\n".join((*lines, f"By chance: {float(sum(known)):.2f} of {len(known)} questions")) + "\n"


def _explained(folder: Folder, table: Mapping[str, Any]) -> list[str]:
    return [f"Evidence: sentences{_numbers(folder, table['evidence'])}", f"Explanation: {table['explanation']}"]


def feedback() -> str:
    """What students read after an answer, for every question of the built-in sets."""
    return "\n".join(
        content.partition("\n\n\n")[2]
        for folder in rule_folders(read_set_files(ROOT / "fixtures"), None)
        for name, content in files(folder)
        if name.startswith("rationales/")
    )


def main(target: Path) -> None:
    """Write the files below `target`."""
    for folder in rule_folders(read_set_files(ROOT / "fixtures"), None):
        for name, content in files(folder):
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--accept"]:
        FEEDBACK.write_text(feedback(), encoding="utf-8")
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
