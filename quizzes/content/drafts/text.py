"""The text of a draft: pasted, corrected, split and joined, with the keys of its sentences kept. Pure.

Every function changes the document that it is given.
"""

from collections.abc import Mapping, Sequence

from quizzes.content.drafts.document import REPORTER, anchored, sentence_tables
from quizzes.content.sentences import match_sentences, split_sentences, split_text
from quizzes.content.tables import Table

# A corrected story is longer than this share of what it was; a shorter one may be another story.
SAME_STORY = 0.5


class NothingToSplit(Exception):
    """A sentence in which no end of another one was found."""


def replace_text(document: Table, text: str) -> None:
    """Take `text` for the reading. Sentences that are found again keep their keys and voices."""
    paragraphs = split_text(text)
    old = sentence_tables(document)
    places = iter(match_sentences([table["text"] for table in old], [text for texts in paragraphs for text in texts]))
    keys = _NewKeys(document)
    document["reading"]["paragraphs"] = [
        {
            "sentences": [
                {"key": next(keys), "text": text, "voice": REPORTER}
                if (place := next(places)) is None
                else {**old[place], "text": text}
                for text in texts
            ]
        }
        for texts in paragraphs
    ]


def is_much_shorter(document: Table, text: str) -> bool:
    """Whether `text` has less than half of the words that the reading has now."""
    words = sum(len(table["text"].split()) for table in sentence_tables(document))
    return len(text.split()) < SAME_STORY * words


def text_of(document: Table) -> str:
    """The reading as plain text, a blank line between paragraphs."""
    return "\n\n".join(
        " ".join(table["text"] for table in paragraph["sentences"]) for paragraph in document["reading"]["paragraphs"]
    )


def set_sentences(document: Table, texts: Mapping[str, str], voices: Mapping[str, str]) -> None:
    """Write these texts and voices (by sentence key). A line break is a space; without a text a sentence stays."""
    known = {voice["key"] for voice in document["voices"]}
    for table in sentence_tables(document):
        table["text"] = " ".join(texts.get(table["key"], "").split()) or table["text"]
        voice = voices.get(table["key"], table["voice"])
        table["voice"] = voice if voice in known else table["voice"]


def split(document: Table, key: str, text: str) -> None:
    """Make several sentences of one: at the line breaks of `text`, else where the rules find an end.

    The first keeps key and voice, the others have the same voice. Raises NothingToSplit.
    """
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    pieces = lines if len(lines) > 1 else split_sentences(text)
    if len(pieces) < 2:
        raise NothingToSplit
    keys = _NewKeys(document)
    for paragraph in document["reading"]["paragraphs"]:
        for place, table in enumerate(paragraph["sentences"]):
            if table["key"] == key:
                made = [{"key": next(keys), "text": piece, "voice": table["voice"]} for piece in pieces[1:]]
                paragraph["sentences"][place : place + 1] = [{**table, "text": pieces[0]}, *made]
                return


def join(document: Table, key: str) -> None:
    """Make one sentence of this one and the next, wherever that stands; the last one of all stays as it is."""
    tables = sentence_tables(document)
    place = [table["key"] for table in tables].index(key)
    if place + 1 < len(tables):
        tables[place]["text"] = f"{tables[place]['text']} {tables[place + 1]['text']}"
        remove(document, tables[place + 1]["key"])


def remove(document: Table, key: str) -> None:
    """Take a sentence out, and its paragraph where nothing is left of it."""
    for paragraph in document["reading"]["paragraphs"]:
        paragraph["sentences"] = [table for table in paragraph["sentences"] if table["key"] != key]
    document["reading"]["paragraphs"] = [
        paragraph for paragraph in document["reading"]["paragraphs"] if paragraph["sentences"]
    ]


def turn_paragraph(document: Table, key: str) -> None:
    """Let a paragraph begin with this sentence; where one does, let it go on from the one before."""
    made: list[list[Table]] = []
    for paragraph in document["reading"]["paragraphs"]:
        for place, table in enumerate(paragraph["sentences"]):
            begins = (place == 0) != (table["key"] == key)
            if begins or not made:
                made.append([])
            made[-1].append(table)
    document["reading"]["paragraphs"] = [{"sentences": tables} for tables in made]


def set_voices(document: Table, voices: Sequence[Table]) -> None:
    """Take these for the voices of the source, in this order. One that is used stays, whatever was sent."""
    uses, keys = uses_of_voices(document), {voice["key"] for voice in voices}
    used = [voice for voice in document["voices"] if voice["key"] not in keys and uses.get(voice["key"])]
    document["voices"] = [dict(voice) for voice in (*voices, *used)]


def uses_of_voices(document: Table) -> dict[str, int]:
    """By voice key, how many sentences and statements have it."""
    tables = [*sentence_tables(document)]
    tables += [row for question in document["questions"] for row in question.get("statements", ())]
    found = dict[str, int]()
    for table in tables:
        found[table["voice"]] = found.get(table["voice"], 0) + 1
    return found


class _NewKeys:
    """Keys that neither a sentence nor a question of the draft has ever named: s1, s2, ..."""

    def __init__(self, document: Table) -> None:
        keys = {table["key"] for table in sentence_tables(document)}
        for question in document["questions"]:
            keys |= {*question.get("anchors", {}), *anchored(question)}
        numbers = [int(key[1:]) for key in keys if key[:1] == "s" and key[1:].isdecimal()]
        self._last = max(numbers, default=0)

    def __next__(self) -> str:
        self._last += 1
        return f"s{self._last}"
