"""The files of a reader trial: nothing in those for a reader without the reading tells a key."""

import re
from pathlib import Path

import pytest

from quizzes.files.built_in_sets import read_set_files, rule_folders
from tools.reader_trial import FEEDBACK, MASKS, ROOT, asked, feedback, files, mask

[FOLDER] = rule_folders(read_set_files(ROOT / "fixtures"), None)
FILES = dict(files(FOLDER))


def test_each_set_has_its_files() -> None:
    slugs = sorted(one.parsed.slug for one in FOLDER.sets)
    for folder in ("stems", "keys", "rationales"):
        assert sorted(Path(name).stem for name in FILES if name.startswith(f"{folder}/")) == slugs
    masked = sorted(name for name in FILES if name.startswith("masked/"))
    assert masked == [f"masked/set-{number}.txt" for number in range(1, len(slugs) + 1)]
    assert len([name for name in FILES if name.startswith("reading/")]) == 3 * len(slugs)


def test_questions_below_a_reading_are_in_its_language() -> None:
    """Letters are the same in each language, so one file of keys serves all."""
    for one in FOLDER.sets:
        spanish = FILES[f"reading/{one.parsed.slug}.es.txt"].partition("\n\n\n")[2]
        assert [item.key for item in one.items if item.in_language("es").table["stem"] not in spanish] == []
        assert re.findall("Which|Statement:|Speakers:|Sentences:|The mayor", spanish) == []
        for item in one.items:
            in_english, in_spanish = asked(FOLDER, item), asked(FOLDER, item, "es")
            assert item.is_written or in_english.key == in_spanish.key
            assert len(in_english.lines) == len(in_spanish.lines)


def test_stems_have_no_reading_no_title_and_no_feedback() -> None:
    """Statements say what the reading says, and one has the words of its sentence. No other sentence is there."""
    citation = FOLDER.source["citation"]
    hidden = [citation["title"], citation["publisher"], *(sentence.text for one in FOLDER.readings for sentence in one)]
    hidden = [text for text in hidden if text not in {row["text"] for item in FOLDER.items for row in item.statements}]
    hidden += [text for item in FOLDER.items for text in (*item.feedback, item.explanation) if text]
    for name, content in FILES.items():
        if name.startswith(("stems/", "masked/")):
            assert [text for text in hidden if text in content] == [], name


def test_masked_stems_have_other_names_and_the_same_questions() -> None:
    stems = "".join(content for name, content in FILES.items() if name.startswith("stems/"))
    masked = "".join(content for name, content in FILES.items() if name.startswith("masked/"))

    assert [name for name in MASKS if name not in stems] == []
    assert [name for name in (*MASKS, "Kenney") if name in masked] == []
    assert masked.count("\n") == stems.count("\n")
    for slug in (one.parsed.slug for one in FOLDER.sets):
        named = FILES[f"keys/{slug}.txt"].splitlines()[0]
        assert FILES[named] == mask(FILES[f"stems/{slug}.txt"])
        assert re.search("pars|check|exit|try|who|reporter", named) is None
    assert mask("ICE’s view of PARS was no ICEBERG.") == "OBR’s view of LEDGER was no ICEBERG."


@pytest.mark.parametrize("item", FOLDER.items, ids=lambda item: item.key)
def test_letters_of_the_key_name_the_correct_choices(item) -> None:  # type: ignore[no-untyped-def]
    question = asked(FOLDER, item)
    if item.choices:
        shown = {line[0]: line[3:] for line in question.lines if line[1:3] == ". "}
        assert {shown[letter] for letter in question.key.split()} == {choice["text"] for choice in item.keys}
    elif item.finds_sentences:
        numbers = [str(one.number) for one in FOLDER.reading.sentences(item.table["key_sentences"])]
        assert question.key == ", ".join(numbers)
    else:
        assert question.key


def test_changed_feedback_was_read_by_a_person() -> None:
    """Read what changed. If it is true, fair and clear, run `python -m tools.reader_trial --accept`."""
    assert feedback() == FEEDBACK.read_text(encoding="utf-8")
