"""Compare a draft with the latest edition: in words, and sentence by sentence. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from quizzes.content.drafts.document import anchored, finished, sentence_tables
from quizzes.content.languages import NAMES, TEXTS
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.content.reading import LEVELS, Reading
from quizzes.content.sentences import same_text
from quizzes.content.set_document import SetDocument, parse_set
from quizzes.content.tables import Table
from quizzes.phrases import gettext, ngettext

State = Literal["same", "changed", "moved", "new", "removed"]

# Fields of a question that neither students nor scores depend on.
_AUTHOR_FIELDS = {"facts"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference from the edition. before, after: texts to compare, "" without one."""

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A question whose answers in an edition may need a regrade. number: its place in that edition.

    is_gone: the question was removed. keeps_answer: it has the same correct answer and is graded otherwise, such as
    with one more accepted answer.
    """

    key: str
    number: int
    is_gone: bool
    keeps_answer: bool


def key_changes(edition: SetDocument, new: SetDocument) -> list[KeyChange]:
    """The questions of an edition that a newer document grades otherwise, or does not have."""
    old, now = _both_correct_answers(edition, new)
    terms_before, terms = ({one.key: one.grading_terms for one in document.questions} for document in (edition, new))
    return [
        KeyChange(key, number, key not in now, now.get(key) == answer)
        for number, (key, answer) in enumerate(old.items(), start=1)
        if now.get(key) != answer or terms[key] != terms_before[key]
    ]


def changes(edition: Table, document: Table) -> list[Change]:
    """The differences, in the order set, source, reading, objectives, questions; [] without any.

    edition: the document of the latest edition. document: a draft that could be published.
    """
    new = finished(document)
    return [
        *_set_changes(edition, new),
        *_reading_changes(edition, new),
        *_objective_changes(edition, new),
        *_question_changes(edition, new),
    ]


def is_same(edition: Table, document: Table) -> bool:
    """Whether the draft says what the edition says. `changes` takes longer, because it parses both.

    False where only the order of an entry differs that `changes` ignores.
    """
    return _filled(edition) == _filled(finished(document))


def _filled(value: Any) -> Any:
    """The value without empty entries. A form stores a field that a copied set does not have as an empty one."""
    if isinstance(value, dict):
        return {name: _filled(entry) for name, entry in value.items() if _has_content(entry)}
    return [_filled(entry) for entry in value] if isinstance(value, list) else value


def _set_changes(old: Table, new: Table) -> Iterator[Change]:
    for name, what in (
        ("title", gettext("The title of the question set changed.")),
        ("summary", gettext("The summary of the question set changed.")),
    ):
        if old[name] != new[name]:
            yield Change(what, old[name], new[name])
    if old["about_minutes"] != new["about_minutes"]:
        yield Change(
            gettext("The quiz takes about {count} minutes.").format(count=new["about_minutes"]),
            gettext("{count} minutes").format(count=old["about_minutes"]),
        )
    cited_before, cited = (_without_empty(document["citation"]) for document in (old, new))
    if _own(cited_before) != _own(cited):
        yield Change(gettext("The source changed."))
    elif cited_before != cited and _same_languages(old, new):
        yield Change(gettext("The source of the date in another language changed."))
    was, now = old.get("languages", []), new.get("languages", [])
    yield from (
        Change(gettext("Students can read the questions in “{code}”.").format(code=_language(code)))
        for code in now
        if code not in was
    )
    yield from (
        Change(gettext("Students can no longer read the questions in “{code}”.").format(code=_language(code)))
        for code in was
        if code not in now
    )
    if _same_languages(old, new) and old.get("texts") != new.get("texts"):
        yield Change(gettext("The title or the summary in another language changed."))


def _language(code: str) -> str:
    return gettext(NAMES.get(code, code))


def _reading_changes(old: Table, new: Table) -> Iterator[Change]:
    before, after = old["reading"], new["reading"]
    for name, what in (
        ("title", gettext("The title of the reading changed.")),
        ("level", gettext("The level of the reading changed.")),
        ("rights_note", gettext("The rights note changed.")),
    ):
        if before.get(name, "") != after.get(name, ""):
            yield Change(what, before.get(name, ""), after.get(name, ""))
    # Without both: they are tags, and only Django has their names.
    if before.get("language") != after.get("language"):
        yield Change(gettext("The language of the reading changed."))
    has_same_note = before.get("rights_note", "") == after.get("rights_note", "")
    if has_same_note and before.get(TEXTS) != after.get(TEXTS) and _same_languages(old, new):
        yield Change(gettext("The rights note in another language changed."))
    if before.get("picture") != after.get("picture"):
        yield Change(gettext("The picture of the reading changed."))
    yield from _sentence_changes(old, new)
    yield from _speaker_changes(old, new)
    yield from _word_changes(old, new)
    yield from _level_changes(before, after)


def _sentence_changes(old: Table, new: Table) -> Iterator[Change]:
    was, now = ({table["key"]: table for table in sentence_tables(document)} for document in (old, new))
    labels = {speaker["key"]: speaker["label"] for speaker in new["voices"]}
    for number, (key, table) in enumerate(now.items(), start=1):
        if key not in was:
            yield Change(gettext("Sentence {number} is new.").format(number=number), "", table["text"])
        elif was[key]["text"] != table["text"]:
            yield Change(gettext("Sentence {number} changed.").format(number=number), was[key]["text"], table["text"])
        if key in was and was[key]["voice"] != table["voice"]:
            yield Change(
                gettext("The speaker of sentence {number} is now “{name}”.").format(
                    number=number, name=labels[table["voice"]]
                )
            )
    for key, table in was.items():
        if key not in now:
            yield Change(gettext("A sentence was removed."), table["text"])
    if [key for key in was if key in now] != [key for key in now if key in was]:
        yield Change(gettext("Sentences were reordered."))
    elif list(was) == list(now) and _paragraph_lengths(old) != _paragraph_lengths(new):
        yield Change(gettext("The paragraphs changed."))


def _paragraph_lengths(document: Table) -> list[int]:
    return [len(paragraph["sentences"]) for paragraph in document["reading"]["paragraphs"]]


def _speaker_changes(old: Table, new: Table) -> Iterator[Change]:
    if [_own(table) for table in old["voices"]] != [_own(table) for table in new["voices"]]:
        yield Change(gettext("The speakers changed."))
    elif old["voices"] != new["voices"] and _same_languages(old, new):
        yield Change(gettext("The names of the speakers in another language changed."))


def _word_changes(old: Table, new: Table) -> Iterator[Change]:
    was, now = (_explained(document) for document in (old, new))
    labels = [", ".join(table["word"] for table in words) for words in (was, now)]
    if [_own(table) for table in was] != [_own(table) for table in now]:
        yield Change(gettext("The words to know changed."), *(labels if labels[0] != labels[1] else ()))
    elif was != now and _same_languages(old, new):
        yield Change(gettext("The words to know in another language changed."))


def _explained(document: Table) -> list[Table]:
    """The explained words without empty fields, by word, as students see them."""
    words = (_without_empty(table) for table in document["reading"].get("words", ()))
    return sorted(words, key=lambda table: table["word"])


def _same_languages(old: Table, new: Table) -> bool:
    """Whether both have the same languages. A new language itself is a difference, and brings its texts with it."""
    return bool(old.get("languages", []) == new.get("languages", []))


def _own(table: Table) -> Table:
    """The table without its texts in other languages."""
    return {name: value for name, value in table.items() if name != TEXTS}


def _level_changes(before: Table, after: Table) -> Iterator[Change]:
    was = {table["key"]: table for table in before.get("variants", ())}
    now = {table["key"]: table for table in after.get("variants", ())}
    for key, table in now.items():
        if key not in was:
            yield Change(gettext("The reading level “{level}” is new.").format(level=gettext(LEVELS[key])))
        elif _without_empty(was[key]) != _without_empty(table):
            old, new = was[key]["sentences"], table["sentences"]
            count = sum(old.get(sentence) != new.get(sentence) for sentence in {*old, *new})
            words = gettext("The reading level “{level}” changed.")
            if count:
                words = ngettext(
                    "The reading level “{level}” changed: {count} sentence.",
                    "The reading level “{level}” changed: {count} sentences.",
                    count,
                )
            yield Change(words.format(level=gettext(LEVELS[key]), count=count))
    for key in was:
        if key not in now:
            yield Change(gettext("The reading level “{value}” was removed.").format(value=gettext(LEVELS[key])))


def _objective_changes(old: Table, new: Table) -> Iterator[Change]:
    was = {table["key"]: table["title"] for table in old["objectives"]}
    now = {table["key"]: table["title"] for table in new["objectives"]}
    for key, title in now.items():
        if key not in was:
            yield Change(gettext("The objective “{title}” is new.").format(title=title))
        elif was[key] != title:
            yield Change(gettext("The title of an objective changed."), was[key], title)
    for key, title in was.items():
        if key not in now:
            yield Change(gettext("The objective “{title}” was removed.").format(title=title))
    same = {key for key, title in now.items() if was.get(key) == title}
    texts_before, texts_after = (
        {table["key"]: table.get(TEXTS) for table in document["objectives"] if table["key"] in same}
        for document in (old, new)
    )
    if texts_before != texts_after and _same_languages(old, new):
        yield Change(gettext("The objectives in another language changed."))
    if {key: count for key, count in old["minimum"].items() if count} != {
        key: count for key, count in new["minimum"].items() if count
    }:
        yield Change(gettext("The number of questions that an objective needs changed."))


def _question_changes(old: Table, new: Table) -> Iterator[Change]:
    was = {table["key"]: table for table in old["questions"]}
    now = {table["key"]: table for table in new["questions"]}
    keys_before, keys_after = _both_correct_answers(parse_set(old), parse_set(new))
    for number, (key, table) in enumerate(now.items(), start=1):
        if key not in was:
            yield Change(gettext("Question {number} is new.").format(number=number), "", table["stem"])
            continue
        has_new_key, has_new_stem = keys_before[key] != keys_after[key], was[key]["stem"] != table["stem"]
        if has_new_key:
            yield Change(
                gettext("Question {number} has a different correct answer.").format(number=number),
                keys_before[key],
                keys_after[key],
            )
        # A new correct answer is itself a difference, so only the stem shows that the question asks something else.
        if has_new_stem or (not has_new_key and _comparable(was[key]) != _comparable(table)):
            stem = was[key]["stem"] if has_new_stem else ""
            yield Change(gettext("Question {number} changed.").format(number=number), stem, table["stem"])
    for number, (key, table) in enumerate(was.items(), start=1):
        if key not in now:
            yield Change(gettext("Question {number} was removed.").format(number=number), table["stem"])
    if [key for key in was if key in now] != [key for key in now if key in was]:
        yield Change(gettext("Questions were reordered."))


def _both_correct_answers(before: SetDocument, after: SetDocument) -> tuple[dict[str, str], dict[str, str]]:
    """The correct answer of each question in both documents. A speaker has its newest label in both."""
    renamed = {speaker.key: speaker for speaker in after.reading.speakers}
    speakers = tuple(renamed.get(speaker.key, speaker) for speaker in before.reading.speakers)
    return (
        _correct_answers(before.questions, replace(before.reading, speakers=speakers)),
        _correct_answers(after.questions, after.reading),
    )


def _correct_answers(questions: Sequence[Question], reading: Reading) -> dict[str, str]:
    """By question key. A written answer that a teacher grades has none: its sample answer earns no points."""
    by_rule = {question.key: type_of(question).graded_by == "rule" for question in questions}
    return {one.key: one.review(None, reading).correct if by_rule[one.key] else "" for one in questions}


def _comparable(value: Any) -> Any:
    """A question without the author's own fields and empty entries, with lists of keys sorted."""
    if isinstance(value, dict):
        filled = {name: entry for name, entry in value.items() if name == "answer" or _has_content(entry)}
        return {name: _comparable(entry) for name, entry in filled.items() if name not in _AUTHOR_FIELDS}
    if isinstance(value, list):
        if all(isinstance(entry, str) for entry in value):
            return sorted(value)
        # The order in which the lines of an ordering question are stored has no meaning.
        return [_comparable(entry) for entry in sorted(value, key=lambda entry: entry.get("place", 0))]
    # A number may be stored as text.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _has_content(entry: Any) -> bool:
    return bool(entry) or (isinstance(entry, int) and not isinstance(entry, bool))


def _without_empty(table: Table) -> Table:
    return {name: value for name, value in table.items() if value}


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence in the edition and in the draft. before, now: (number, text), None if it is not there.

    questions: numbers of the draft's questions that depend on its words, () for a sentence with the same words.
    """

    state: State
    before: tuple[int, str] | None
    now: tuple[int, str] | None
    questions: tuple[int, ...]


def compared(edition: Table, draft: Table) -> list[Pair]:
    """Both readings in the draft's order; removed sentences keep their old place. edition, draft: documents."""
    was = {table["key"]: (number, table["text"]) for number, table in enumerate(sentence_tables(edition), start=1)}
    now = {table["key"]: (number, table["text"]) for number, table in enumerate(sentence_tables(draft), start=1)}
    pairs = []
    for state, key in _in_order(was, now):
        # Another kind of quotation mark changes no answer.
        has_same_words = state in {"same", "changed"} and same_text(was[key][1], now[key][1])
        questions = () if has_same_words else _dependent_questions(key, draft)
        pairs.append(Pair(state, was.get(key), now.get(key), questions))
    return pairs


def _in_order(was: dict[str, tuple[int, str]], now: dict[str, tuple[int, str]]) -> Iterator[tuple[State, str]]:
    old, new = list(was), list(now)
    for kind, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            for key in old[start:end]:
                yield "same" if was[key][1] == now[key][1] else "changed", key
            continue
        for key in old[start:end]:
            if key not in now:
                yield "removed", key
        for key in new[new_start:new_end]:
            yield "moved" if key in was else "new", key


def _dependent_questions(key: str, draft: Table) -> tuple[int, ...]:
    return tuple(number for number, question in enumerate(draft["questions"], start=1) if key in anchored(question))
