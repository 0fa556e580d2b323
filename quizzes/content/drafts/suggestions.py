"""Propose the sentences that may prove a question, by the words that they share. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

from quizzes.content.drafts.document import sentence_tables
from quizzes.content.question_types.draft import rows
from quizzes.content.question_types.registry import draft_of
from quizzes.content.tables import Table

MAX_SUGGESTIONS = 3
# A sentence that shares less with the question than this part of the best one is no help.
_NEAR_THE_BEST = 0.5
_WORD = re.compile(r"\w+(?:[’']\w+)?")
# The correct answer says more about the sentence than the question does.
_ANSWER_WEIGHT = 2.0
# Endings that words of one family differ in. Only longer words lose them.
_ENDING = re.compile(r"(?:'s|’s|ing|ed|es|s)$")
_MIN_STEM = 4


def suggested_sentences(document: Table, question: Table) -> list[str]:
    """The keys of at most 3 sentences that share the most words with the question and its answer, best first."""
    sentences = [(table["key"], _words(table["text"])) for table in sentence_tables(document)]
    spread = Counter(word for _, words in sentences for word in words)
    weights = dict[str, float]()
    for factor, text in _texts(question):
        for word in _words(text):
            weights[word] = max(
                weights.get(word, 0.0), factor * log(1 + len(sentences) / spread[word]) if spread[word] else 0.0
            )
    found = [(sum(weights.get(word, 0.0) for word in words), key) for key, words in sentences]
    best = max((share for share, _ in found), default=0.0)
    if not best:
        return []
    near = [(share, -place, key) for place, (share, key) in enumerate(found) if share >= best * _NEAR_THE_BEST]
    return [key for _, _, key in sorted(near, reverse=True)[:MAX_SUGGESTIONS]]


def questions_without_evidence(document: Table) -> list[Table]:
    """The questions that need evidence of their own and have none, in their order."""
    return [
        question
        for question in document["questions"]
        if draft_of(question).uses_picker and not question.get("evidence")
    ]


def _texts(question: Table) -> Iterator[tuple[float, str]]:
    """(weight, text) of what points to the evidence."""
    yield 1.0, str(question.get("stem") or "")
    yield _ANSWER_WEIGHT, str(question.get("statement") or "")
    yield 1.0, str(question.get("explanation") or "")
    yield 1.0, str(question.get("text") or "")
    yield _ANSWER_WEIGHT, str(question.get("answer") or "")
    for text in question.get("accepted", ()):
        yield _ANSWER_WEIGHT, str(text)
    for row in rows(question):
        if row.get("key"):
            yield _ANSWER_WEIGHT, str(row.get("text") or "")
        elif "choices" not in question and "wrong" not in question:
            yield 1.0, _row_text(row)


def _row_text(row: Table) -> str:
    return " ".join([str(row.get("text") or ""), str(row.get("option") or ""), *map(str, row.get("accepted", ()))])


def _words(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text.casefold())}


def _stem(word: str) -> str:
    short = _ENDING.sub("", word)
    return short if len(short) >= _MIN_STEM else word


def sentences_of(document: Table, keys: Sequence[str]) -> list[tuple[str, int, str]]:
    """(key, number, text) of these sentences, in this order."""
    by_key = {
        table["key"]: (table["key"], number, table["text"])
        for number, table in enumerate(sentence_tables(document), start=1)
    }
    return [by_key[key] for key in keys if key in by_key]
