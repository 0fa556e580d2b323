"""Printed forms of a set are always the same and have questions on every objective."""

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from quizzes.attempts.paper.handout import LETTERS, PaperForm, draw_form, form_seed, letters_by_seed, shared_objectives
from quizzes.content.question_types.registry import public_view
from quizzes.content.set_document import SetDocument, combine, parse_set
from tests.content.question_types.test_reference import EXAMPLES, SOURCE
from tests.factories import make_document

SEED = 20261124


def hash_of(number: int) -> str:
    return hashlib.sha256(f"set {number}".encode()).hexdigest()


def set_of(counts: Sequence[int], minimums: Sequence[int]) -> SetDocument:
    """A set with this many questions and this minimum for each objective. The objectives alternate."""
    document = make_document()
    [single] = [question for question in document["questions"] if question["type"] == "single"]
    keys = [f"o{place}" for place in range(len(counts))]
    questions: list[dict[str, Any]] = [
        {**single, "key": f"{key}-{number}", "objective": key}
        for number in range(max(counts))
        for key, count in zip(keys, counts, strict=True)
        if number < count
    ]
    return parse_set(
        {
            **document,
            "objectives": [{"key": key, "title": key} for key in keys],
            "minimum": dict(zip(keys, minimums, strict=True)),
            "questions": questions,
        }
    )


def any_set(chance: random.Random) -> SetDocument:
    counts = [chance.randint(1, 7) for _ in range(chance.randint(1, 5))]
    # A set may be published with fewer questions than an objective needs.
    return set_of(counts, [chance.randint(0, count + 1) for count in counts])


def counted(form: PaperForm) -> Counter[str]:
    return Counter(question.objective for question in form.questions)


def test_no_drawn_form_lacks_an_objective() -> None:
    chance = random.Random(SEED)
    drawn = 0
    for number in range(250):
        document = any_set(chance)
        there = Counter(question.objective for question in document.questions)
        for letter in LETTERS:
            for is_short in (False, True):
                form = draw_form(document, hash_of(number), letter, is_short=is_short)
                drawn += 1
                on_form = counted(form)
                for objective in document.objectives:
                    needed = min(there[objective.key], max(1, objective.minimum))
                    assert on_form[objective.key] >= needed
                    if is_short:
                        assert on_form[objective.key] == needed
                assert len({question.key for question in form.questions}) == len(form.questions)
    assert drawn == 1000


def test_both_short_forms_have_the_same_blueprint_and_share_only_what_they_must() -> None:
    chance = random.Random(SEED)
    for number in range(100):
        document = any_set(chance)
        one, other = (draw_form(document, hash_of(number), letter, is_short=True) for letter in LETTERS)

        shared = Counter(question.objective for question in one.questions if question in other.questions)

        assert counted(one) == counted(other)
        assert shared == Counter({objective.key: count for objective, count in shared_objectives(document)})


def test_form_a_asks_in_the_order_written_and_form_b_in_another() -> None:
    chance = random.Random(SEED)
    for number in range(100):
        document = any_set(chance)
        one, other = (draw_form(document, hash_of(number), letter) for letter in LETTERS)

        assert one.questions == document.questions
        assert sorted(one.questions, key=lambda question: question.key) == sorted(
            other.questions, key=lambda question: question.key
        )
        assert len(document.questions) == 1 or one.questions != other.questions


def test_forms_shuffle_the_choices_each_in_its_own_way() -> None:
    document = parse_set(combine(SOURCE, {**_examples(), "questions": [example.document for example in EXAMPLES]}))
    one, other = (draw_form(document, hash_of(1), letter) for letter in LETTERS)

    def shown(form: PaperForm) -> dict[str, list[str]]:
        views = {
            question.key: public_view(question, form.shuffle, None, document.reading) for question in document.questions
        }
        return {
            key: [choice["text"] for choice in view["choices"]]
            for key, view in views.items()
            if "choices" in view and view["type"] != "true_false"
        }

    assert shown(one).keys() == shown(other).keys() != set()
    assert shown(one) != shown(other)


def test_form_is_the_same_every_time_and_known_by_its_seed() -> None:
    document = parse_set(make_document())

    for letter in LETTERS:
        form = draw_form(document, hash_of(1), letter)
        assert draw_form(document, hash_of(1), letter) == form
        assert form.seed == form_seed(document, hash_of(1), letter)
        assert letters_by_seed(document, hash_of(1))[form.seed] == letter
        assert form.seed not in letters_by_seed(document, hash_of(2))
        assert draw_form(document, hash_of(2), letter).seed != form.seed


def test_forms_stay_as_they_were_printed() -> None:
    """Teachers have printed these forms. A change would make their paper answers wrong."""
    document = parse_set(make_document())
    one, other = (draw_form(document, hash_of(1), letter) for letter in LETTERS)

    assert (one.seed, other.seed) == ("5017ae611edb1e27420237d1a78a2a30", "9a86c4bda9c8a0bebb4692fd8550d493")
    assert [question.key for question in one.questions] == ["one", "some", "who", "proof"]
    assert [question.key for question in other.questions] == ["some", "one", "proof", "who"]


def _examples() -> dict[str, Any]:
    return {"slug": "examples", "title": "Examples", "summary": "One question of each type.", "about_minutes": 15}
