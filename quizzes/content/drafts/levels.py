"""The other levels of a draft's reading. Pure.

A level of a draft has `rows`: its own sentences in their order, each {"id", "text", "to"}. `to` is the key of the
standard sentence that says the same, "" if none does. `based_on` has the text of each of these standard sentences when
the author matched them. An edition has `sentences` instead: one text by the key of the standard sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from quizzes.content.reading import LEVELS, STANDARD
from quizzes.content.sentences import match_sentences, same_text, split_text
from quizzes.content.tables import Table
from quizzes.phrases import gettext

_FIELDS = ("title", "level", "note")
# A shorter word says little about which sentence is meant.
_TELLING_LETTERS = 4
# The place in the text decides between sentences that share as many words.
_WEIGHT_OF_PLACE = 0.5


@dataclass(frozen=True, slots=True)
class LevelState:
    """How far a level of a draft is. key: of the level. name: for teachers.

    unmatched: how many of its own sentences match no standard sentence. missing: numbers of the standard sentences
    without a match. stale: numbers of those that changed after the author matched them; students do not see these
    matches.
    """

    key: str
    name: str
    unmatched: int
    missing: tuple[int, ...]
    stale: tuple[int, ...]


def offered_levels(language: str) -> list[str]:
    """The keys of the levels that a reading in this language can have besides the standard one."""
    return [key for key in LEVELS if key != STANDARD and key != language.partition("-")[0]]


def level_language(reading: Mapping[str, Any], key: str) -> str:
    """The language of the level with this key: that of the reading, unless it is a translation."""
    return key if key == "es" else reading["language"]


def level_of(document: Table, key: str) -> Table | None:
    """The level of the draft with this key, or None."""
    return next((table for table in document["reading"].get("variants", ()) if table["key"] == key), None)


def in_order(variants: Sequence[Table]) -> list[Table]:
    """The levels in the order of `LEVELS`."""
    return sorted(variants, key=lambda table: list(LEVELS).index(table["key"]))


def open_level(variant: Table, standard: Sequence[Table]) -> Table:
    """A level of an edition as a draft stores it. standard: the sentences of the standard reading."""
    texts = variant["sentences"]
    rows = [{"to": table["key"], "text": texts[table["key"]]} for table in standard if table["key"] in texts]
    return {
        **{name: value for name, value in variant.items() if name != "sentences"},
        "rows": [{"id": f"r{number}", **row} for number, row in enumerate(rows, start=1)],
        "based_on": {table["key"]: table["text"] for table in standard},
    }


def finish_level(variant: Table, reading: Mapping[str, Any], standard: Sequence[Table]) -> Table | None:
    """A level as an edition stores it, without sentences that changed since; None without a sentence."""
    stale = set(stale_keys(variant, standard))
    known = {table["key"] for table in standard} - stale
    texts: dict[str, str] = {}
    for row in rows_of(variant, standard):
        if row["to"] in known:
            texts[row["to"]] = f"{texts.get(row['to'], '')} {row['text']}".strip()
    if not texts:
        return None
    return {
        "key": variant["key"],
        "language": level_language(reading, variant["key"]),
        "level": variant.get("level", ""),
        "title": variant.get("title") or reading["title"],
        "note": variant.get("note", ""),
        "sentences": {table["key"]: texts[table["key"]] for table in standard if table["key"] in texts},
    }


def rows_of(variant: Table, standard: Sequence[Table]) -> list[Table]:
    """The rows of a level. Drafts from before levels could be edited have none."""
    rows: list[Table] = variant["rows"] if "rows" in variant else open_level(variant, standard)["rows"]
    return rows


def stale_keys(variant: Table, standard: Sequence[Table]) -> list[str]:
    """The keys of the standard sentences that changed after the author matched them, in reading order."""
    matched = {row["to"] for row in rows_of(variant, standard)}
    based_on = variant.get("based_on", {})
    return [
        table["key"]
        for table in standard
        if table["key"] in matched and not same_text(based_on.get(table["key"], ""), table["text"])
    ]


def state_of(variant: Table, standard: Sequence[Table]) -> LevelState:
    """How far the level is."""
    keys = {table["key"] for table in standard}
    rows = rows_of(variant, standard)
    matched = {row["to"] for row in rows}
    stale = set(stale_keys(variant, standard))
    numbered = list(enumerate(standard, start=1))
    key = variant["key"]
    return LevelState(
        key,
        gettext(LEVELS[key]),
        sum(row["to"] not in keys for row in rows),
        tuple(number for number, table in numbered if table["key"] not in matched),
        tuple(number for number, table in numbered if table["key"] in stale),
    )


# --- Change a level -----------------------------------------------------------------------------------------------


def set_level_text(document: Table, key: str, text: str, standard: Sequence[Table]) -> None:
    """Give the draft this level with this text. Sentences that it had keep their match; the others get a proposed one.

    text: split into sentences in the language of the level.
    """
    language = level_language(document["reading"], key)
    paragraphs = split_text(text, language)
    texts = [sentence for paragraph in paragraphs for sentence in paragraph]
    variant = level_of(document, key)
    if variant is None:
        variant = {"key": key, "title": "", "level": "", "note": "", "rows": [], "based_on": {}}
        document["reading"]["variants"] = in_order([*document["reading"].get("variants", ()), variant])
    old = rows_of(variant, standard)
    matches = match_sentences([row["text"] for row in old], texts)
    proposed = proposed_matches(
        paragraphs,
        [paragraph["sentences"] for paragraph in document["reading"]["paragraphs"]],
        is_translated=language != document["reading"]["language"],
    )
    ids = _new_ids(old)
    variant.pop("sentences", None)
    variant["rows"] = [
        {"id": next(ids), "text": sentence, "to": to} if place is None else {**old[place], "text": sentence}
        for sentence, to, place in zip(texts, proposed, matches, strict=True)
    ]
    _match_again(
        variant, standard, {row["to"] for row, place in zip(variant["rows"], matches, strict=True) if place is None}
    )


def set_level(
    variant: Table,
    fields: Mapping[str, str],
    texts: Mapping[str, str],
    matches: Mapping[str, str],
    *,
    standard: Sequence[Table],
    kept: str,
) -> None:
    """Set title, level and note of a level, and texts and matches by row id. A line break becomes a space.

    kept: the key of a standard sentence that changed, whose match the author confirms, or "". A row with another text
    or match is confirmed too. An empty text changes nothing.
    """
    variant |= {name: value for name, value in fields.items() if name in _FIELDS}
    rows = rows_of(variant, standard)
    variant.pop("sentences", None)
    variant["rows"] = rows
    changed = {kept}
    for row in rows:
        text = " ".join(texts.get(row["id"], "").split()) or row["text"]
        to = matches.get(row["id"], row["to"])
        if (text, to) != (row["text"], row["to"]):
            changed |= {to}
        row |= {"text": text, "to": to}
    _match_again(variant, standard, changed)


def remove_level(document: Table, key: str) -> None:
    """Remove the level with this key."""
    variants = document["reading"].get("variants", [])
    document["reading"]["variants"] = [table for table in variants if table["key"] != key]


def level_text(variant: Table, standard: Sequence[Table]) -> str:
    """The text of a level, one sentence a line, so that a match and its sentence stay visible in a text field."""
    return "\n".join(row["text"] for row in rows_of(variant, standard))


def proposed_matches(
    paragraphs: Sequence[Sequence[str]], standard_paragraphs: Sequence[Sequence[Table]], *, is_translated: bool
) -> list[str]:
    """For each text the key of the standard sentence with probably the same content, "" for none.

    Matches never cross: both texts tell the story in one order. Paragraphs of the same number belong together if both
    texts have as many. is_translated: the texts are in another language, so that only their place, names and numbers
    can tell; otherwise a text that shares no word has no match.
    """
    texts = [text for paragraph in paragraphs for text in paragraph]
    standard = [table for paragraph in standard_paragraphs for table in paragraph]
    if not texts or not standard:
        return ["" for _ in texts]
    has_same_paragraphs = len(paragraphs) == len(standard_paragraphs)
    own_places = _places(paragraphs if has_same_paragraphs else [texts])
    their_places = _places(standard_paragraphs if has_same_paragraphs else [standard])
    own = [_telling(text) for text in texts]
    theirs = [_telling(table["text"]) for table in standard]
    shared = [[_shared(mine, other) for other in theirs] for mine in own]
    # best[place]: (score, matches) of the texts so far, if the last one matches this sentence or an earlier one.
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * len(standard)
    for number, row in enumerate(shared):
        following: list[tuple[float, tuple[int, ...]]] = []
        for place, score in enumerate(row):
            distance = abs(own_places[number] - their_places[place])
            taken = (best[place][0] + score - _WEIGHT_OF_PLACE * distance, (*best[place][1], place))
            following.append(max(taken, following[-1], key=lambda pair: pair[0]) if following else taken)
        best = following
    return [
        standard[place]["key"] if is_translated or shared[number][place] else ""
        for number, place in enumerate(best[-1][1])
    ]


def _places(paragraphs: Sequence[Sequence[object]]) -> list[float]:
    """Where the middle of each sentence is, from 0 to 1, if all paragraphs are equally long."""
    return [
        (number + (place + 0.5) / len(paragraph)) / len(paragraphs)
        for number, paragraph in enumerate(paragraphs)
        for place in range(len(paragraph))
    ]


def _telling(text: str) -> set[str]:
    words = ("".join(char for char in word if char.isalnum()).casefold() for word in text.split())
    return {word for word in words if len(word) >= _TELLING_LETTERS or word.isdigit()}


def _shared(one: set[str], other: set[str]) -> float:
    """The share of the words of the shorter text that the other has."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _match_again(variant: Table, standard: Sequence[Table], keys: set[str]) -> None:
    """Base these matches on the standard sentences as they are now, and drop what no row matches."""
    matched = {row["to"] for row in variant["rows"]}
    based_on = variant.get("based_on", {})
    variant["based_on"] = {
        table["key"]: table["text"] if table["key"] in keys else based_on.get(table["key"], table["text"])
        for table in standard
        if table["key"] in matched
    }


def _new_ids(rows: Sequence[Table]) -> Iterator[str]:
    last = max((int(row["id"][1:]) for row in rows), default=0)
    return (f"r{number}" for number in count(last + 1))
