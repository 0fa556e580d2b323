"""The abstract base of every question, and what its types share."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import TextFields, original_of
from quizzes.content.pictures import Picture, parse_picture
from quizzes.content.question_types.results import GradedPart, KeyRow, Option, Review
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, repeated, tables_of, text_of, texts_of, whole_of
from quizzes.phrases import gettext, gettext_noop

SKILL_LABELS = {
    "recall": gettext_noop("Recall"),
    "inference": gettext_noop("Inference"),
    "attribution": gettext_noop("Who says it"),
}
SKILLS = tuple(SKILL_LABELS)
CHOICE_IDS = "abcdefgh"
# More than any question is worth. A score of dozens of such questions still fits its column.
MAX_POINTS = 100
# How many choices or sentences a question may ask for.
MAX_ASKED = 9
# What fits on one line of a screen. No answer in a few words is longer.
MAX_LINE = 200
# Accents and vowel signs on one letter. No language needs more, and a browser can't break a line between them.
MAX_MARKS = 6
# Embeddings, overrides, and isolates of text in the other direction. No keyboard types them.
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# The answer of a student who does not know. No type accepts it.
NO_IDEA = "No idea"

# The fields of a submitted form, by name.
Submitted = Mapping[str, Sequence[str]]
# An answer as it is stored: JSON. None for no answer.
Value = Any
# Picks one of several wrong answers that a student may give.
Choose = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(ABC):
    """What every question has. A type adds its own fields and implements the abstract methods.

    key: unique in its set, never sent to a student. points: 1 to MAX_POINTS.
    facts: the ids of the facts that it uses. evidence: keys of the sentences that prove its answer key.
    translations: the same question in other languages, by language. Each has the same key, ids and grades.
    """

    key: str
    type: str
    stem: str
    objective: str
    skill: str
    points: int
    facts: frozenset[str]
    evidence: tuple[str, ...]
    explanation: str
    picture: Picture | None = None
    translations: Mapping[str, "Question"] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    @abstractmethod
    def own_texts(cls) -> TextFields:
        """Which fields of this type are texts for people, besides those that every question has (`COMMON_TEXTS`).

        Students may read these in another language.
        """

    @classmethod
    @abstractmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument with the reason."""

    @abstractmethod
    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: an allowlist that is the same whichever answer is correct."""

    @abstractmethod
    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The value (JSON) of the submitted fields, None for no answer; raises NotAChoice."""

    @abstractmethod
    def grade(self, value: Value) -> Fraction:
        """The credit, 0 to 1; 0 for no answer, and 0 for a type that a teacher grades."""

    @abstractmethod
    def review(self, value: Value, reading: Reading) -> Review:
        """The question with answer key and rationale; only for those who may see them."""

    @abstractmethod
    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The question line by line with answer key and rationale; only for its teachers."""

    @abstractmethod
    def correct_answer(self) -> Value:
        """The value with full credit; of a type that a teacher grades, one good answer."""

    @abstractmethod
    def wrong_answer(self, choose: Choose) -> Value:
        """A value without credit, None if the question knows of none. choose: picks one of several."""

    @classmethod
    @abstractmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """A new document that gives `value` full credit; raises InvalidDocument. value: not None."""

    def in_language(self, language: str) -> "Question":
        """The question with its texts in this language; itself if it has none."""
        return self.translations.get(language, self)

    # Optional hooks.

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading, one line each; [] for nothing. By default, missing evidence."""
        return evidence_problems(self.evidence, self.facts, reading)

    @classmethod
    def accepting_only(cls, document: dict[str, Any], value: Value) -> dict[str, Any]:
        """A document that `regraded` made for `value`, without the answers that it accepted before."""
        return document

    @classmethod
    def with_references(cls, document: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """The translated document `new` with what refers to a text of `document` by that text."""
        return new

    def credit_rule(self, of_type: str) -> str:
        """How this question gives partial credit, for students; "" if it does not. of_type: the rule of its type."""
        return of_type

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its choices in the order that `public` shows, so that reviews keep that order."""
        return self

    def with_fewer_choices(self, draw: Shuffle) -> Self:
        """The question without one of its wrong choices if at least 2 remain. draw: says which one it lacks."""
        return self

    def other_words(self, shuffle: Shuffle) -> Mapping[str, tuple[str, ...]]:
        """The words of choices in the other languages, by token, for a type whose paper answers can be words."""
        return {}

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The parts without an answer in students' words, such as “statement 2”; () for a complete answer.

        value: not None. shuffle: gives the order in which the student sees the parts.
        """
        return ()

    def chosen_count(self, value: Value) -> int:
        """How many of the choices or sentences that `asked_count` counts an answer has; 0 for no answer."""
        return len(value) if isinstance(value, list) else 0

    def other_amount(self, value: Value) -> str:
        """How much the answer has if the question asks for another amount, in students' words; "" otherwise.

        value: not None. By default, the chosen ones where the question has a count, such as “1 chosen of 2”.
        """
        chosen = self.chosen_count(value)
        if self.asked_count is None or chosen in (0, self.asked_count):
            return ""
        return gettext("{chosen} chosen of {asked}").format(chosen=chosen, asked=self.asked_count)

    def needs_grading(self, value: Value) -> bool:
        """Whether a teacher should read this answer before it counts as wrong; False with full credit."""
        return False

    def graded_parts(self, value: Value, reading: Reading) -> tuple[GradedPart, ...]:
        """The parts that are each about other speakers. By default the question is one part.

        It is then about each speaker of its evidence.
        """
        speakers = tuple(dict.fromkeys(sentence.speaker.key for sentence in reading.sentences(self.evidence)))
        return (GradedPart("", Fraction(1), self.grade(value), speakers),)

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """What the grade depends on besides the correct answer that `review` names; () for nothing more."""
        return ()

    def has_right_evidence(self, value: Value) -> bool:
        """Whether the evidence that the question asks for is right; True if it asks for none."""
        return True

    @property
    def statement(self) -> str:
        """The statement or the text with blanks that the stem is about; "" if there is none.

        A type that has it as a field writes `statement: str = field()`. Otherwise this property would be its default.
        """
        return ""

    @property
    def asked_count(self) -> int | None:
        """How many choices or sentences it asks for; None if students decide.

        The author states it, and the page has it whatever the key is. So it gives nothing away.
        """
        return None

    @property
    def asked(self) -> tuple[str, ...]:
        """The question in words: the stem, then the statement if it has one."""
        return (self.stem, self.statement) if self.statement else (self.stem,)

    def is_step(self, submitted: Submitted) -> bool:
        """Whether these fields change an answer step by step. The page then shows the question again, unchecked."""
        return False

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """What an answer can consist of, correct and wrong; () for a type with free answers."""
        return ()

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The options that an answer consists of, () for no answer. By default the answer in words is one option."""
        if value is None:
            return ()
        reviewed = self.review(value, reading)
        return (Option(reviewed.given, reviewed.given, reviewed.credit == 1, "", listed=False),)

    def as_written(self, option: Option, value: Value) -> str:
        """The text of a chosen option as this answer has it. It differs from the option's own for typed answers."""
        return option.text

    def guess_share(self) -> Fraction | None:
        """The share of credit that guessing earns on average, 0 to 1. None if it is not known."""
        return None


PICTURE_TEXTS = TextFields(texts=("alternative",))
# The texts of every question.
COMMON_TEXTS = TextFields(texts=("stem", "explanation"), rows={"picture": PICTURE_TEXTS})

# --- For `parse` and `regraded` -----------------------------------------------------------------------------------


def common_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of `Question` from a document; raises InvalidDocument."""
    skill = text_of(document, "skill")
    if skill not in SKILLS:
        raise InvalidDocument(f"“skill” must be one of {', '.join(SKILLS)}")
    return {
        "key": text_of(document, "key", at_most=80),
        "type": text_of(document, "type"),
        "stem": text_of(document, "stem"),
        "objective": text_of(document, "objective"),
        "skill": skill,
        "points": whole_of(document, "points", 1, MAX_POINTS) if "points" in document else 1,
        "facts": frozenset(texts_of(document, "facts")),
        "evidence": texts_of(document, "evidence"),
        "explanation": text_of(document, "explanation", optional=True),
        "picture": parse_picture(document),
    }


def parts_of(document: Mapping[str, Any], name: str, least: int = 1) -> list[tuple[str, Mapping[str, Any]]]:
    """(id, table) of each part in this list; raises InvalidDocument for fewer than `least` or more than there are ids.

    The ids are a, b, c ... in the order written.
    """
    tables = tables_of(document, name)
    if not least <= len(tables) <= len(CHOICE_IDS):
        raise InvalidDocument(f"“{name}” needs {least} to {len(CHOICE_IDS)} entries and has {len(tables)}")
    return list(zip(CHOICE_IDS, tables, strict=False))


def asked_count_of(document: Mapping[str, Any], least: int) -> int | None:
    """The count that the question asks for, None without one; raises InvalidDocument."""
    return whole_of(document, "asked_count", least, MAX_ASKED) if "asked_count" in document else None


def refuse_equal(texts: Sequence[str], message: str) -> None:
    """Raise InvalidDocument if two texts differ only in case and spaces. message: with {first} and {second}."""
    for second, first in repeated(dict(enumerate(texts, start=1))).items():
        raise InvalidDocument(message.format(first=first, second=second))


def rekeyed(table: Mapping[str, Any], name: str, key: Any) -> dict[str, Any]:
    """The table of a part with this key under `name`. A new key removes the rationale, which is about the old one."""
    old = () if table.get(name) == key else ("rationale",)
    return {field: value for field, value in table.items() if field not in old} | {name: key}


# --- For `problems` -----------------------------------------------------------------------------------------------


def evidence_problems(
    evidence: Sequence[str], facts: frozenset[str], reading: Reading, *, what: str = "the question"
) -> list[str]:
    """Why these sentences do not prove what rests on these facts; [] if they do."""
    if not facts:
        return [f"{what} names no fact"]
    if not evidence:
        return [f"{what} has no evidence"]
    problems = []
    for key in evidence:
        sentence = reading.sentence(key)
        if sentence is None:
            problems.append(f"the evidence “{key}” of {what} is not in the reading")
        elif not sentence.facts & facts:
            problems.append(f"the evidence “{key}” of {what} shares no fact with it")
    return problems


# --- For `public` and `read_answer` -------------------------------------------------------------------------------


def by_text[T](items: Sequence[tuple[str, T]]) -> list[T]:
    """The second members of (text, item) pairs, by text.

    An author writes a closed list in the order of the answers. In this order, it would give the answers away.
    The order is that of the first language, so that letters on paper mean the same in every language.
    """
    texts = [(original_of(text), item) for text, item in items]
    return [item for _, item in sorted(texts, key=lambda pair: (pair[0].casefold(), pair[0]))]


def read_typed(submitted: Submitted, name: str, *, limit: int = MAX_LINE, lines: bool = False) -> str | None:
    """The user input of a text field, stripped and without invisible characters; None if nothing is left.

    lines: keep line breaks. Raises NotAChoice if the field came twice or has more than `limit` characters, which the
    page does not allow.
    """
    given = submitted.get(name, ())
    if len(given) > 1:
        raise NotAChoice(gettext("Enter only 1 answer."))
    seen = _clean("".join(given).replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(line.rstrip() for line in seen.strip().split("\n")) if lines else " ".join(seen.split())
    if len(text) > limit:
        raise NotAChoice(gettext("Use up to {limit} characters.").format(limit=f"{limit:,}"))
    return text if has_visible(text) else None


def _clean(typed: str) -> str:
    """The text without characters that databases refuse, or that draw or reorder what a page has around the answer."""
    kept, marks = [], 0
    for char in typed:
        category = unicodedata.category(char)
        marks = marks + 1 if category.startswith("M") else 0
        if char in "\n\t" or (category not in ("Cc", "Cs") and marks <= MAX_MARKS and char not in _REORDERING):
            kept.append(char)
    return "".join(kept)


def has_visible(text: str) -> bool:
    """Whether a reader sees anything of the text: a zero-width space alone is not empty for Python."""
    return any(char.isprintable() and not char.isspace() for char in text)


# --- For `grade` --------------------------------------------------------------------------------------------------


def share_of_choices(chosen: Sequence[str], correct: Sequence[str]) -> Fraction:
    """(correct choices - wrong choices) / number of correct ones, at least 0.

    Source: Canvas, "multiple answers": each wrong choice subtracts what a correct one earns.
    """
    hits = len(set(chosen) & set(correct))
    misses = len(set(chosen) - set(correct))
    return max(Fraction(0), Fraction(hits - misses, len(correct)))


def has_lost_all(credit: Fraction, chosen: Sequence[str], correct: Sequence[str]) -> bool:
    """Whether an answer earns nothing, though one of its choices is correct."""
    return not credit and not set(chosen).isdisjoint(correct)
