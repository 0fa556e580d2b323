"""The fields that our own files of questions may have. A field with another name is a typo, and the preview says so."""

from collections.abc import Iterator
from typing import Any

from quizzes.content.languages import TEXTS
from quizzes.content.set_document import FILE_FIELDS

# By any table of a set, in the order of the reference. A name in the wrong table is not found.
_KNOWN = (
    FILE_FIELDS
    | frozenset(
        "footnote_questions slug title summary about_minutes minimum languages form_of citation objectives voices facts"
        " reading questions pictures shared_asks one_point_each not_for_voices"
        " publisher author url published_on date_note key label icon id objective voice text"
        " language level rights rights_note words word meaning spanish en es paragraphs sentences variants based_on"
        " picture digest width height alternative credit media_type content"
        " type skill points evidence stem explanation choices rationale mark mark_at keep_order all_or_nothing leans_on"
        " asked_count"
        " statements statement key_sentences sentence rationale_other answer rationale_true rationale_false"
        " options prompts option items place accepted wrong forgive_slips note kind tolerance units unit_required gaps"
        " sample_answer criteria description min_length max_length answer_type tempting".split()
    )
    | {TEXTS}
)
# The names in these tables are the author's: objectives, languages, and in another level the keys of sentences.
_FREE = {"minimum", TEXTS, "sentences"}


def unknown_fields(document: Any) -> tuple[str, ...]:
    """The names that no table of a set has, each once, in the order of the file."""
    return tuple(dict.fromkeys(name for name in _names(document) if name not in _KNOWN))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            if not (name in _FREE and isinstance(item, dict)):
                yield from _names(item)
