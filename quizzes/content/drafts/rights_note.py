"""The note on the rights of a draft's reading, which students read. Pure."""

from copy import deepcopy

from quizzes.content.languages import TEXTS, is_stale, set_translation, translation_of
from quizzes.content.rights import RIGHTS
from quizzes.content.set_document import first_language
from quizzes.content.tables import Table


def reading_with_note(document: Table) -> Table:
    """The reading with the note on its rights that students see, also in the other languages of the set."""
    reading = {**deepcopy(document["reading"]), "rights_note": rights_note(document)}
    if not document["reading"].get("rights_note"):
        for language, note in RIGHTS.get(reading["rights"], {}).items():
            has_text = translation_of(reading, language).get("rights_note") and not is_stale(
                reading, "rights_note", language
            )
            if language in document.get("languages", []) and not has_text:
                set_translation(reading, "rights_note", note, language, of=reading["rights_note"])
    return reading


def rights_note(document: Table) -> str:
    """The note of the author, or ours that fits the rights."""
    reading = document["reading"]
    notes = RIGHTS.get(reading["rights"], {})
    note: str = reading.get("rights_note") or notes.get(first_language(document)) or notes.get("en", "")
    return note


def forget_own_note(reading: Table) -> None:
    """Take out a note on the rights that publishing wrote, in each language."""
    notes = RIGHTS.get(reading["rights"], {}).values()
    if reading.get("rights_note") in notes:
        reading["rights_note"] = ""
        for own in reading.get(TEXTS, {}).values():
            if own.get("rights_note") in notes:
                del own["rights_note"]
