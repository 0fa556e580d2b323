"""Validation of a draft: problems that block publishing, lost evidence, and writing tips. Pure."""

from dataclasses import dataclass

from quizzes.content.drafts.document import (
    LANGUAGES,
    OBJECTIVES,
    READING,
    SOURCE,
    anchored,
    evidence_keys,
    finished,
    finished_question,
    is_anchored,
    level_needs_of,
    question_part,
    reading_of,
    sentence_keys,
    sentence_tables,
    sentences,
)
from quizzes.content.languages import NAMES, finished_texts, translated, translation_of
from quizzes.content.pictures import INCOMPLETE
from quizzes.content.question_types.registry import draft_of, parse_question, text_fields
from quizzes.content.reading import REPORTER, Reading
from quizzes.content.rights import RIGHTS
from quizzes.content.sentences import nearest
from quizzes.content.set_document import SET_TEXTS, InvalidQuestion, first_language, parse_set
from quizzes.content.set_problems import find_errors
from quizzes.content.tables import InvalidDocument, Table, repeated
from quizzes.content.writing_tips import Option, Tip, Wording, reports_speech, tips
from quizzes.phrases import gettext, gettext_noop

NO_PUBLISHER = gettext_noop("Add the publisher and the date so students can judge the source.")
NO_RIGHTS = gettext_noop("Choose what you may show students.")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that blocks publishing. part: of the draft. key: of the question, "" for none.

    language: of the texts that have it, "" for those of the first one.
    """

    part: str
    text: str
    key: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A sentence that was evidence of a question and has changed since.

    quote: the anchored text. now: the current text, "" if it is gone. nearest: key of the most similar sentence, or "".
    """

    key: str
    quote: str
    now: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """A question that lost evidence. number: its place in the set. has_others: it has evidence that is not lost."""

    key: str
    number: int
    stem: str
    lost: tuple[Lost, ...]
    has_others: bool

    @property
    def can_be_kept(self) -> bool:
        """Whether every lost sentence is still in the reading, with another text."""
        return all(lost.now for lost in self.lost)


@dataclass(frozen=True, slots=True)
class DraftTip:
    """A tip on a question's wording. because: why the author keeps the wording, "" without a reason."""

    tip: Tip
    because: str


@dataclass(frozen=True, slots=True)
class Meter:
    """How many questions an objective has and how many it needs."""

    title: str
    has: int
    needs: int

    @property
    def missing(self) -> int:
        """How many more questions it needs."""
        return max(0, self.needs - self.has)

    @property
    def is_met(self) -> bool:
        """Whether the objective has enough questions."""
        return not self.missing


# --- Evidence -----------------------------------------------------------------------------------------------------


def orphans(document: Table) -> list[Orphan]:
    """The questions with evidence that changed or is gone, in the order of the set."""
    return [
        Orphan(
            question["key"],
            number,
            question["stem"],
            tuple(lost),
            not {each.key for each in lost}.issuperset(evidence_keys(question)),
        )
        for number, question in enumerate(document["questions"], start=1)
        if (lost := lost_evidence(document, question))
    ]


def lost_evidence(document: Table, question: Table) -> list[Lost]:
    """The evidence of the question that changed or is gone; [] without any."""
    tables = sentence_tables(document)
    texts = {table["key"]: table["text"] for table in tables}
    lost = []
    for key in anchored(question):
        if is_anchored(question, key, texts.get(key)):
            continue
        quote = question.get("anchors", {}).get(key, "")
        place = nearest(quote, [table["text"] for table in tables])
        lost.append(Lost(key, quote, texts.get(key, ""), "" if place is None else tables[place]["key"]))
    return lost


def questions_not_shown_at(document: Table, level: str) -> list[tuple[int, str, tuple[int, ...]]]:
    """(number, key, numbers of the missing sentences) of each question that does not show this level of the reading.

    Students at this level see the standard reading with these questions.
    """
    reading = reading_of(document)
    shown = reading.in_variant(level)
    numbers = {sentence.key: sentence.number for sentence in reading}
    has = {sentence.key for sentence in shown} if shown is not reading else set()
    found = []
    for number, question in enumerate(document["questions"], start=1):
        needed = level_needs_of(question, reading)
        missing = tuple(sorted(numbers[key] for key in needed if key in numbers and key not in has))
        if missing:
            found.append((number, question["key"], missing))
    return found


# --- Problems -----------------------------------------------------------------------------------------------------


def draft_problems(document: Table) -> list[Problem]:
    """All problems that block publishing, without gaps in objectives; [] without any."""
    found = [*source_problems(document), *reading_problems(document), *objective_problems(document)]
    found += language_problems(document)
    if not document["questions"]:
        found.append(Problem("questions", gettext("Add a question.")))
    reading = reading_of(document)
    for question in document["questions"]:
        found += _question_problems(document, question, reading)
    return found or _last_problems(document)


def source_problems(document: Table) -> list[Problem]:
    """What is missing in the title and the source."""
    citation, found = document["citation"], []
    if not document["title"].strip():
        found.append(gettext("Enter a title."))
    if not citation.get("title", "").strip():
        found.append(gettext("Enter the story’s title."))
    if not citation.get("publisher", "").strip() or not citation.get("published_on", ""):
        found.append(gettext(NO_PUBLISHER))
    if document["reading"]["rights"] not in RIGHTS:
        found.append(gettext(NO_RIGHTS))
    return [Problem(SOURCE, text) for text in found]


def reading_problems(document: Table) -> list[Problem]:
    """What is missing in the reading."""
    found = []
    if not document["reading"]["title"].strip():
        found.append(gettext("Enter the reading’s title."))
    if not document["reading"]["paragraphs"]:
        found.append(gettext("Add the reading."))
    labels = {table["key"]: table["label"] for table in document["voices"]}
    equal = gettext("2 speakers have the name “{name}”. Change one.")
    found += dict.fromkeys(equal.format(name=labels[key]) for key in repeated(labels))
    return [Problem(READING, text) for text in found]


def language_problems(document: Table) -> list[Problem]:
    """A message for each name that 2 speakers have only in another language."""
    found, languages = [], document.get("languages", [])
    voices = finished_texts({"voices": document["voices"]}, SET_TEXTS, languages)["voices"]
    equal = gettext("2 speakers have the name “{name}” in {language}. Change one.")
    known = repeated({table["key"]: table["label"] for table in voices})
    for language in languages:
        labels = {table["key"]: translation_of(table, language).get("label", table["label"]) for table in voices}
        name = gettext(NAMES.get(language, language))
        found += [equal.format(name=labels[key], language=name) for key in repeated(labels) if key not in known]
    return [Problem(LANGUAGES, text) for text in dict.fromkeys(found)]


def sentences_without_speaker(document: Table) -> list[int]:
    """The numbers of sentences that seem to report what a person said, but have the story itself as their speaker.

    Only a hint: the story itself may also report what a person said. The rule applies to English only.
    """
    if not document["reading"]["language"].startswith("en"):
        return []
    return [
        number
        for number, table in enumerate(sentence_tables(document), start=1)
        if table["voice"] == REPORTER and reports_speech(table["text"])
    ]


def objective_problems(document: Table) -> list[Problem]:
    """What is missing in the objectives, and a message for each title that 2 of them have."""
    titles = {table["key"]: table["title"] for table in document["objectives"]}
    equal = gettext("2 objectives have the title “{title}”. Change one.")
    found = [equal.format(title=titles[key]) for key in repeated(titles)]
    return [Problem(OBJECTIVES, text) for text in found or ([] if titles else [gettext("Add at least 1 objective.")])]


def problems_by_question(document: Table) -> dict[str, list[str]]:
    """The problems of each question by its key, in the order of the set."""
    reading = reading_of(document)
    return {
        question["key"]: [problem.text for problem in _question_problems(document, question, reading)]
        for question in document["questions"]
    }


def question_problems(document: Table, question: Table) -> list[str]:
    """The problems of this question, in the words of the page; [] without any."""
    return [problem.text for problem in _question_problems(document, question, reading_of(document))]


def translation_problems(document: Table, question: Table, language: str) -> list[str]:
    """What is wrong with the texts of the question in this language, such as 2 equal answers; [] for nothing."""
    current = finished_texts(question, text_fields(question), document.get("languages", []))
    own = translated(current, text_fields(question), language, first_language(document))
    return draft_of(question).problems(own, sentence_keys(document), document["voices"])


def _question_problems(document: Table, question: Table, reading: Reading) -> list[Problem]:
    found = [_lost_message(document, lost) for lost in lost_evidence(document, question)]
    if not question["stem"].strip():
        found.append(gettext("Type the question, or remove it."))
    if INCOMPLETE in question:
        found.append(gettext("Say what the picture shows, and add its credit and license."))
    if question["objective"] not in {objective["key"] for objective in document["objectives"]}:
        found.append(gettext("Choose an objective."))
    if draft_of(question).uses_picker and not question.get("evidence"):
        found.append(gettext("No evidence yet. Choose the sentences that prove the answer."))
    found += draft_of(question).problems(question, sentence_keys(document), document["voices"])
    if found or not (in_languages := _language_problems(document, question)):
        found = found or _parsing_problems(document, question, reading)
        return [Problem(question_part(question["key"]), text, question["key"]) for text in found]
    return in_languages


def _language_problems(document: Table, question: Table) -> list[Problem]:
    """What is wrong only with the texts of the question in another language."""
    key, message = question["key"], gettext("In {language}: {problem}")
    return [
        Problem(
            question_part(key),
            message.format(language=gettext(NAMES.get(language, language)), problem=text),
            key,
            language,
        )
        for language in document.get("languages", [])
        for text in translation_problems(document, question, language)
    ]


def unfinished_questions(document: Table) -> frozenset[str]:
    """The keys of the questions without a text or a correct answer. They may lack evidence, as after an import."""
    keys = sentence_keys(document)
    return frozenset(
        question["key"]
        for question in document["questions"]
        if not question["stem"].strip() or draft_of(question).problems(question, keys, document["voices"])
    )


def _lost_message(document: Table, lost: Lost) -> str:
    texts = {table["key"]: table["text"] for table in sentence_tables(document)}
    quote = f"“{lost.quote}”" if lost.quote else gettext("The evidence")
    text = gettext("This quote isn’t in the reading: {quote}.").format(quote=quote)
    near = (
        gettext("Closest match: “{text}”").format(text=texts[lost.nearest])
        if lost.nearest
        else gettext("No close match.")
    )
    return f"{text} {near}".replace(".”.", ".”")


def _parsing_problems(document: Table, question: Table, reading: Reading) -> list[str]:
    try:
        languages, first = document.get("languages", []), first_language(document)
        parsed = parse_question(finished_question(document, question), languages, first=first)
    except InvalidDocument as error:
        return [_sentence(str(error))]
    found = parsed.problems(reading)
    return [_sentence(_with_numbers(document, reason)) for reason in found]


def _last_problems(document: Table) -> list[Problem]:
    """Violations of the rules of an edition that no check above found."""
    edition = finished(document)
    try:
        found = find_errors(edition, parse_set(edition))
    except InvalidQuestion as error:
        found = [(error.question, str(error))]
    except InvalidDocument as error:
        found = [("", str(error))]
    return [
        Problem(question_part(key) if key else SOURCE, _sentence(_with_numbers(document, reason)), key)
        for key, reason in found
    ]


def _with_numbers(document: Table, reason: str) -> str:
    """The reason with sentence numbers in place of keys, because pages show numbers."""
    for number, table in enumerate(sentence_tables(document), start=1):
        reason = reason.replace(f"“{table['key']}”", gettext("sentence {number}").format(number=number))
    return reason


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


# --- Objectives and tips ------------------------------------------------------------------------------------------


def meter(document: Table) -> list[Meter]:
    """The number of questions that each objective has and needs, in order."""
    used = [question["objective"] for question in document["questions"]]
    return [
        Meter(objective["title"], used.count(objective["key"]), document["minimum"].get(objective["key"], 0))
        for objective in document["objectives"]
    ]


def gaps(document: Table) -> list[Meter]:
    """The objectives with fewer questions than they need."""
    return [line for line in meter(document) if not line.is_met]


def question_tips(document: Table, question: Table) -> list[DraftTip]:
    """The tips on the question's wording, each with the author's reason to keep it."""
    proving = set(evidence_keys(question))
    # `finished_question` drops fields of other types and of an unused first step.
    complete = finished_question(document, question)
    options = tuple(
        Option(row["text"], bool(row.get("key")), bool(row.get("key") or row.get("mark")))
        for row in complete.get("choices", ())
        if row.get("text", "").strip()
    )
    wording = Wording(
        " ".join(filter(None, (question["stem"], complete.get("statement")))),
        options,
        tuple(sentence for sentence in sentences(document) if sentence.key in proving),
        asks_who=not draft_of(question).uses_picker,
        keeps_order=bool(complete.get("keep_order")),
    )
    kept = {(table["hint"], table["about"]): table["because"] for table in question.get("kept", ())}
    reading = [table["text"] for table in sentence_tables(document)]
    all_tips = tips(wording, reading=reading, language=document["reading"]["language"])
    return [DraftTip(tip, kept.get((tip.code, tip.about), "")) for tip in all_tips]
