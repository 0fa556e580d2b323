"""A set's document: parsed, validated and hashed. A document of any shape is accepted or refused."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.set_document import InvalidQuestion, combine, content_hash, made_summary, make_summary, parse_set
from quizzes.content.set_problems import find_problems
from quizzes.content.tables import InvalidDocument
from tests.factories import make_document


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    document = make_document()
    change(document)
    return document


def problems(document: dict[str, Any]) -> list[tuple[str, str]]:
    return find_problems(document, parse_set(document))


# --- Parsing ------------------------------------------------------------------------------------------------------


def test_set_document_says_what_was_written() -> None:
    parsed = parse_set(make_document())

    assert (parsed.slug, parsed.title, parsed.summary, parsed.about_minutes) == (
        "small-set",
        "Small set",
        "Four questions.",
        4,
    )
    assert [(o.key, o.title, o.minimum) for o in parsed.objectives] == [
        ("records", "What the system records", 2),
        ("ended", "Why it was ended", 2),
    ]
    assert [(q.key, q.type, q.points) for q in parsed.questions] == [
        ("one", "single", 1),
        ("some", "multiple", 2),
        ("who", "who_says_so", 3),
        ("proof", "evidence", 2),
    ]
    assert parsed.max_points == 8
    assert parsed.reading.citation.publisher == "The Daily Test"
    assert parsed.reading.citation.rights_note == "Written for class use."


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("count", "words"), [(1, "1 question"), (2, "2 questions")])
def test_made_summary_is_read_in_each_language_of_a_set(language: str, count: int, words: str) -> None:
    assert made_summary(make_summary(count, "A “big” day", language)) == f"{words} on “A “big” day”."
    assert made_summary("2 questions on a story.") == ""


def test_set_document_finds_a_question_by_key() -> None:
    parsed = parse_set(make_document())

    assert parsed.question("who") == parsed.questions[2]
    assert parsed.question("nothing") is None


def test_set_document_objective_without_a_minimum_needs_none() -> None:
    parsed = parse_set(changed(lambda document: document.update(minimum={})))

    assert [objective.minimum for objective in parsed.objectives] == [0, 0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(slug=""), "“slug” is missing"),
        (lambda d: d.update(slug="Small set"), "“slug” can have only lowercase letters, digits, and hyphens"),
        (lambda d: d.update(slug="s" * 81), "“slug” is longer than 80 characters"),
        (lambda d: d.update(title=" "), "“title” is missing"),
        (lambda d: d.update(title="t" * 201), "“title” is longer than 200 characters"),
        (lambda d: d.update(summary="s" * 401), "“summary” is longer than 400 characters"),
        (lambda d: d.update(about_minutes=0), "“about_minutes” must be a whole number of at least 1"),
        (lambda d: d.update(about_minutes="4"), "“about_minutes” must be a whole number of at least 1"),
        (lambda d: d.update(questions=[]), "the set has no question"),
        (lambda d: d.update(questions={}), "“questions” must be a list of tables"),
        (lambda d: d.update(reading=[]), "“reading” must be a table"),
        (lambda d: d.update(citation="x"), "“citation” must be a table"),
        (lambda d: d["citation"].update(publisher=""), "“publisher” is missing"),
        (lambda d: d["citation"].update(url="javascript:alert(1)"), "“url” needs to start with http:// or https://"),
        (lambda d: d["citation"].update(url=" //evil.example"), "“url” needs to start with http:// or https://"),
        (lambda d: d["citation"].update(published_on="last Friday"), "“published_on” must be a date, as 2018-07-27"),
        (lambda d: d["citation"].update(published_on="2018-02-30"), "“published_on” must be a date, as 2018-07-27"),
        (lambda d: d["citation"].update(url="u" * 201), "“url” is longer than 200 characters"),
        (
            lambda d: d["minimum"].update(weather=1),
            "“minimum” names the objective “weather”, which the source does not have",
        ),
        (lambda d: d["minimum"].update(records=-1), "“records” must be a whole number of at least 0"),
        (lambda d: d["minimum"].update(records=True), "“records” must be a whole number of at least 0"),
        (lambda d: d["objectives"].append(d["objectives"][0]), "two objectives have the same key"),
        (lambda d: d["facts"].append(d["facts"][0]), "two facts have the same id"),
        (lambda d: d["facts"][0].update(text="\x00"), "the document holds a value that a database cannot store"),
        (lambda d: d["facts"][0].update(text="\ud800"), "the document holds a value that a database cannot store"),
        (
            lambda d: d["questions"][0].update(x=[1.0, float("nan")]),
            "the document holds a value that a database cannot store",
        ),
        (lambda d: d["questions"][0].update({"x\x00": 1}), "the document holds a value that a database cannot store"),
    ],
)
def test_set_document_bad_one_says_what_is_wrong(change: Callable[[dict[str, Any]], Any], reason: str) -> None:
    document = changed(change)

    with pytest.raises(InvalidDocument) as refused:
        parse_set(document)

    assert str(refused.value) == reason
    assert not isinstance(refused.value, InvalidQuestion)


@pytest.mark.parametrize(
    ("change", "question", "reason"),
    [
        (lambda q: q[1].update(stem=""), "some", "“stem” is missing"),
        (lambda q: q[1].update(key=""), "number 2", "“key” is missing"),
        (lambda q: q[1].update(key=7), "number 2", "“key” must be text"),
        (lambda q: q[1].update(key="k" * 81), "k" * 81, "“key” is longer than 80 characters"),
        (lambda q: q[1].update(key="one"), "one", "two questions have this key"),
        (lambda q: q[2].update(points=101), "who", "“points” must be a whole number from 1 to 100"),
        (
            lambda q: q[0]["choices"][1].update(key=False),
            "one",
            "a single-choice question needs exactly one key and this one has 0",
        ),
    ],
)
def test_set_document_bad_question_is_named(change: Callable[[Any], Any], question: str, reason: str) -> None:
    document = changed(lambda document: change(document["questions"]))

    with pytest.raises(InvalidQuestion) as refused:
        parse_set(document)

    assert (refused.value.question, str(refused.value)) == (question, reason)


# --- Hash ---------------------------------------------------------------------------------------------------------


def test_content_hash_does_not_depend_on_the_order_of_fields() -> None:
    document = make_document()

    assert content_hash(dict(reversed(document.items()))) == content_hash(document)
    assert len(content_hash(document)) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(title="Other"),
        lambda d: d["reading"]["paragraphs"][0]["sentences"][0].update(text="Other."),
        lambda d: d["questions"][0]["choices"][0].update(rationale="Other."),
        lambda d: d["questions"].reverse(),
        lambda d: d["minimum"].update(records=1),
        lambda d: d["citation"].update(date_note="Other."),
    ],
)
def test_content_hash_changes_with_any_content(change: Callable[[dict[str, Any]], Any]) -> None:
    assert content_hash(changed(change)) != content_hash(make_document())


def test_combine_takes_the_story_from_the_source_and_the_rest_from_the_set() -> None:
    document = make_document()
    of_source = ("citation", "objectives", "voices", "facts", "reading")
    source = {name: document[name] for name in of_source} | {"slug": "story"}
    question_set = {name: document[name] for name in document if name not in of_source}

    assert combine(source, question_set) == document


def test_combine_of_empty_tables_is_refused() -> None:
    with pytest.raises(InvalidDocument):
        parse_set(combine({}, {}))


# --- Any shape ----------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["s1", "F1", "one"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside of a document."""
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, item in items:
        found += places(item, (*path, name))
    return found


PLACES = places(make_document())


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.booleans(), json_values), min_size=1, max_size=3))
def test_set_document_of_any_shape_is_valid_or_refused_in_one_line(
    edits: list[tuple[tuple[Any, ...], bool, Any]],
) -> None:
    document = make_document()
    for path, is_removed, value in edits:
        node: Any = document
        try:
            for name in path[:-1]:
                node = node[name]
            if is_removed:
                del node[path[-1]]
            else:
                node[path[-1]] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue  # an edit before this one took the place away

    try:
        found = problems(document)
    except InvalidDocument as refused:
        found = [("", str(refused))]

    assert all("\n" not in reason for _, reason in found)
