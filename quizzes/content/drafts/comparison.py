"""The reading of an edition beside that of a draft, sentence by sentence. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from quizzes.content.drafts.document import anchored, sentence_tables
from quizzes.content.sentences import same_text
from quizzes.content.tables import Table

State = Literal["same", "changed", "moved", "new", "removed"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence before and now. before, now: (number, text), None where it is not there.

    questions: numbers of the draft's questions that depend on its words, () for a sentence that stayed.
    """

    state: State
    before: tuple[int, str] | None
    now: tuple[int, str] | None
    questions: tuple[int, ...] = ()


def compared(edition: Table, draft: Table) -> list[Pair]:
    """Both readings in the draft's order; what was removed stands where it was. edition, draft: their documents."""
    was = {table["key"]: (number, table["text"]) for number, table in enumerate(sentence_tables(edition), start=1)}
    now = {table["key"]: (number, table["text"]) for number, table in enumerate(sentence_tables(draft), start=1)}
    return [
        Pair(state, was.get(key), now.get(key), () if state == "same" else _resting_on(key, draft))
        for state, key in _in_order(was, now)
    ]


def _in_order(was: dict[str, tuple[int, str]], now: dict[str, tuple[int, str]]) -> Iterator[tuple[State, str]]:
    old, new = list(was), list(now)
    for kind, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            for key in old[start:end]:
                yield "same" if same_text(was[key][1], now[key][1]) else "changed", key
            continue
        for key in old[start:end]:
            if key not in now:
                yield "removed", key
        for key in new[new_start:new_end]:
            yield "moved" if key in was else "new", key


def _resting_on(key: str, draft: Table) -> tuple[int, ...]:
    return tuple(number for number, question in enumerate(draft["questions"], start=1) if key in anchored(question))
