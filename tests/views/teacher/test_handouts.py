"""The print pages: a student handout without answers, and an answer key on a page of its own."""

import copy
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from quizzes.attempts.paper.entries import paper_view
from quizzes.attempts.paper.handout import FormLetter, draw_form
from quizzes.content.editions import published
from quizzes.content.set_document import parse_set
from quizzes.models import Assignment, Classroom, User
from tests.conftest import Queries
from tests.content.question_types.test_walk import DOCUMENT
from tests.content.test_languages import marked
from tests.factories import (
    CANARY,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_question_set,
    make_regrade,
    regrade_document,
)
from tests.pages import Page, read, text_of
from tests.views.student.test_languages import bilingual

ALL = {"form": "AB"}


def leaves(response: Page) -> list[str]:
    """The sheets of a page, as they go to the printer."""
    return re.findall(r'<article class="leaf.*?</article>', response.content.decode(), re.DOTALL)


def sheet_url(assignment: Assignment) -> str:
    return reverse("print_assignment", args=[assignment.public_id])


def key_url(assignment: Assignment) -> str:
    return reverse("print_assignment_key", args=[assignment.public_id])


@pytest.fixture
def every_type(classroom: Classroom, teacher: User) -> Assignment:
    """One question of each type."""
    return make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom, assigned_by=teacher)


def test_sheet_has_the_reading_with_its_numbers_citation_and_rights(
    teacher_client: Client, assignment: Assignment
) -> None:
    [leaf] = leaves(teacher_client.get(sheet_url(assignment)))

    reading = published(assignment.edition_id).document.reading
    for sentence in reading:
        assert f'<sup class="n">{sentence.number}</sup>{sentence.text}' in leaf
    assert reading.citation.rights_note in leaf
    assert reading.citation.publisher in leaf
    assert reading.citation.title in leaf


def test_sheet_names_form_edition_and_class(teacher_client: Client, assignment: Assignment) -> None:
    first, second = [" ".join(leaf.split()) for leaf in leaves(teacher_client.get(sheet_url(assignment), ALL))]

    assert "Form A · Version 1 · Period 3 · 8 points" in first
    assert "Form B · Version 1 · Period 3 · 8 points" in second


def test_sheets_ask_every_question_in_the_order_of_their_form(teacher_client: Client, every_type: Assignment) -> None:
    sheets = leaves(teacher_client.get(sheet_url(every_type), ALL))

    document = published(every_type.edition_id).document
    for letter, leaf in zip("AB", sheets, strict=True):
        form = draw_form(document, every_type.edition.content_hash, letter)  # type: ignore[arg-type]
        stems = [re.escape(paper_view(q, form.shuffle, document.reading)["stem"][:20]) for q in form.questions]
        assert re.search(".*".join(stems), leaf.replace("&#x27;", "'"), re.DOTALL)
        assert leaf.count("<li>") >= len(form.questions)
    assert sheets[0] != sheets[1]


@pytest.mark.parametrize(
    ("count", "rule"),
    [
        ({"asked_count": 2}, "Choose 2 answers. Correct choices add points."),
        ({}, "Choose all answers that apply. Correct choices add points."),
    ],
)
def test_sheet_says_how_many_choices_a_question_asks_for(
    count: dict[str, int], rule: str, teacher_client: Client, classroom: Classroom
) -> None:
    document = make_document()
    [several] = [question for question in document["questions"] if question["type"] == "multiple"]
    several.update(count)
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    text = text_of(teacher_client.get(sheet_url(assignment)))
    assert rule in text


def test_sheet_is_the_same_whichever_choice_is_right() -> None:
    document = make_document()
    other = copy.deepcopy(document)
    [single] = [question for question in other["questions"] if question["type"] == "single"]
    for choice in single["choices"]:
        choice["key"] = choice["text"] == "Citizenship"

    def shown(of: dict[str, Any]) -> list[str]:
        parsed = parse_set(of)
        form = draw_form(parsed, "0" * 64, "B")
        return [
            render_to_string(
                f"question_types/{question.type}/paper.html",
                {"view": paper_view(question, form.shuffle, parsed.reading)},
            )
            for question in form.questions
        ]

    assert document != other
    assert shown(document) == shown(other)


@pytest.mark.parametrize("form", ["A", "B", "AB"])
@pytest.mark.parametrize("size", ["usual", "large"])
def test_nothing_of_the_key_is_on_the_students_sheet(
    form: str, size: str, teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    edition = make_edition(canary=True, question_set=make_question_set(owner=teacher))
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    set_id = edition.question_set.public_id

    pages = [
        teacher_client.get(sheet_url(assignment), {"form": form, "size": size}),
        teacher_client.get(reverse("print_set", args=[set_id]), {"form": form, "size": size}),
        teacher_client.get(reverse("print_set", args=[set_id]), {"form": form, "size": size, "length": "short"}),
    ]

    assert CANARY in str(edition.document)
    for page in pages:
        assert page.status_code == 200
        assert CANARY not in page.content.decode()


def test_key_names_a_speaker_once_whose_sentences_stand_apart(classroom: Classroom, teacher_client: Client) -> None:
    document = copy.deepcopy(make_document())
    facts = [document["facts"][place]["id"] for place in (1, 2, 4)]
    document["questions"][0] |= {"evidence": ["s2", "s3", "s5"], "facts": facts}
    assignment = make_assignment(classroom=classroom, edition=make_edition(document=document))

    page = text_of(teacher_client.get(key_url(assignment)))

    assert "2, 5 Reported fact 3 Mayor’s account" in page


def test_key_gives_marks_sentence_and_speaker_of_each_question(teacher_client: Client, assignment: Assignment) -> None:
    [leaf] = leaves(teacher_client.get(key_url(assignment), {"form": "B"}))

    document = published(assignment.edition_id).document
    form = draw_form(document, assignment.edition.content_hash, "B")
    rows = re.findall(
        r"<th scope=\"row\">(\d+)</th>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>",
        leaf,
        re.DOTALL,
    )
    assert [int(number) for number, *_ in rows] == [1, 2, 3, 4]
    for question, (_, answer, proof, speakers) in zip(form.questions, rows, strict=True):
        answer = " ".join(answer.split())
        sentences = document.reading.sentences(question.evidence)
        assert re.findall(r"</sup>(.*?)</p>", proof) == [sentence.text for sentence in sentences]
        numbers = {
            speaker.label: ", ".join(str(sentence.number) for sentence in theirs)
            for speaker, theirs in groupby(sentences, key=lambda sentence: sentence.speaker)
        }
        cited = re.findall(r'<p>\s*<sup class="n">\s*(.*?)\s*</sup>\s*(.*?)</p>', " ".join(speakers.split()))
        assert cited == [(number, label) for label, number in numbers.items()]
        if question.key == "one":
            choices = paper_view(question, form.shuffle, document.reading)["choices"]
            letter = next(choice["letter"] for choice in choices if choice["text"] == "Birthplace")
            assert answer == f'<b class="marks">{letter}</b> Birthplace'


def test_key_of_an_assignment_says_what_was_corrected(
    teacher_client: Client, assignment: Assignment, teacher: User
) -> None:
    make_regrade(assignment=assignment, made_by=teacher, policy="drop")

    page = teacher_client.get(key_url(assignment))

    assert "Dropped: doesn’t count." in text_of(page)
    # As many points as the gradebook has for the quiz, and not the 8 of the set.
    assert [(form.max_points, [line.points for line in form.lines]) for form in page.context["forms"]] == [
        (7, [0, 2, 3, 2])
    ]


def test_handout_of_an_assignment_says_which_question_does_not_count(
    teacher_client: Client, assignment: Assignment, teacher: User
) -> None:
    make_regrade(assignment=assignment, made_by=teacher, policy="drop")

    [leaf] = leaves(teacher_client.get(sheet_url(assignment)))

    assert "Form A · Version 1 · Period 3 · 7 points" in " ".join(leaf.split())
    worth = re.findall(r'<p class="small worth"><span>\s*(.+?)\s*</span>', leaf)
    assert worth == ["Doesn’t count", "2 points", "3 points", "2 points"]
    of_set = teacher_client.get(reverse("print_set", args=[assignment.edition.question_set.public_id]))
    assert "8 points" in text_of(of_set)


@pytest.mark.parametrize("letter", ["A", "B"])
def test_key_names_the_old_answer_that_still_counts(
    teacher_client: Client, assignment: Assignment, teacher: User, letter: FormLetter
) -> None:
    document = published(assignment.edition_id).document
    question = next(one for one in document.questions if one.key == "one")
    form = draw_form(document, assignment.edition.content_hash, letter)
    choices = paper_view(question, form.shuffle, document.reading)["choices"]
    letters = {choice["text"]: choice["letter"] for choice in choices}
    wrong = next(choice for choice in question.choices if choice.text != "Birthplace")
    old, new = (f"{letters[text]} {text}" for text in ("Birthplace", wrong.text))
    either_key, new_key = (
        regrade_document(assignment.edition_id, question.key, policy, wrong.id) for policy in ("either_key", "new_key")
    )
    regrade = make_regrade(assignment=assignment, made_by=teacher, policy="either_key", document=either_key)

    def answers() -> str:
        return text_of(teacher_client.get(key_url(assignment), {"form": letter}))

    assert f"{new} Regraded: the old answer counts too. {old}" in answers()
    later = make_regrade(assignment=assignment, made_by=teacher, policy="new_key", document=new_key)
    assert f"{new} Regraded." in answers()
    assert not any(text in answers() for text in (old, "counts too"))
    later.delete()
    regrade.policy = "new_key"
    regrade.save()
    assert f"{new} Regraded." in answers()
    assert old not in answers()


def test_short_forms_are_for_sets_and_tell_what_they_share(teacher_client: Client, assignment: Assignment) -> None:
    set_url = reverse("print_set", args=[assignment.edition.question_set.public_id])

    short = teacher_client.get(set_url, {"form": "AB", "length": "short"})
    of_assignment = teacher_client.get(sheet_url(assignment), {"form": "AB", "length": "short"})

    assert "Form A, short · Version 1" in text_of(short)
    assert "Forms A and B share some questions" in text_of(short)
    assert "Form A, short" not in text_of(of_assignment)


def test_older_editions_of_a_set_can_be_printed(teacher_client: Client, teacher: User) -> None:
    question_set = make_question_set(owner=teacher)
    make_edition(question_set=question_set)
    make_edition(question_set=question_set, document=make_document(title="Small set, mended"))
    url = reverse("print_set", args=[question_set.public_id])

    assert "Form A · Version 2" in text_of(teacher_client.get(url))
    assert "Form A · Version 1" in text_of(teacher_client.get(url, {"edition": "1"}))
    assert "Form A · Version 2" in text_of(teacher_client.get(url, {"edition": "7", "form": "Z", "size": "?"}))


def test_large_print_is_marked_for_the_stylesheet(teacher_client: Client, assignment: Assignment) -> None:
    [usual] = leaves(teacher_client.get(sheet_url(assignment)))
    [large] = leaves(teacher_client.get(sheet_url(assignment), {"size": "large"}))

    assert '<article class="leaf"' in usual
    assert '<article class="leaf large"' in large


def test_print_pages_are_reached_from_set_and_assignment(teacher_client: Client, assignment: Assignment) -> None:
    set_id = assignment.edition.question_set.public_id

    assert reverse("print_set", args=[set_id]) in read(teacher_client.get(reverse("question_set", args=[set_id]))).links
    assert (
        sheet_url(assignment)
        in read(teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))).links
    )
    assert {f"{key_url(assignment)}?", reverse("sign_in_cards", args=[assignment.classroom.public_id])} <= set(
        read(teacher_client.get(sheet_url(assignment))).links
    )


def test_menu_marks_the_class_of_a_quiz_that_is_printed(teacher_client: Client, assignment: Assignment) -> None:
    quiz, own = [assignment.public_id], [assignment.edition.question_set.public_id]
    pages = {
        **{reverse(name, args=quiz): "teacher_home" for name in ("print_assignment", "print_assignment_key")},
        **{reverse(name, args=own): "question_sets" for name in ("print_set", "print_set_key")},
    }
    for address, home in pages.items():
        page = teacher_client.get(address).content.decode()
        assert f'<a href="{reverse(home)}" aria-current="page"' in page, address


def test_a_colleagues_own_set_and_class_are_not_found(teacher_client: Client, other_teacher: User) -> None:
    edition = make_edition(question_set=make_question_set(owner=other_teacher))
    theirs = make_assignment(edition=edition, classroom=make_classroom(teacher=other_teacher))

    for url in (
        sheet_url(theirs),
        key_url(theirs),
        reverse("print_set", args=[edition.question_set.public_id]),
        reverse("print_set_key", args=[edition.question_set.public_id]),
    ):
        assert teacher_client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["print_assignment", "print_assignment_key"])
def test_print_pages_cost_the_same_queries_for_any_set(
    name: str,
    teacher_client: Client,
    assignment: Assignment,
    every_type: Assignment,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    counts = []
    for given in (assignment, every_type):
        url = reverse(name, args=[given.public_id])
        teacher_client.get(url)
        with queries() as seen:
            assert teacher_client.get(url, ALL).status_code == 200
        counts.append(len(seen))
        assert seen.writes == []
    assert counts[0] == counts[1]


def test_a_handout_is_printed_in_a_language_of_its_set(
    teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    edition = make_edition(document=bilingual(make_document()))
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    english, spanish = (
        leaves(teacher_client.get(sheet_url(assignment), {"language": language})) for language in ("en", "es")
    )
    question = published(edition.pk).document.questions[0]
    assert (question.stem in english[0], marked(question.stem) in english[0]) == (True, False)
    assert marked(question.stem) in spanish[0]
    assert "Rellena el óvalo" in spanish[0]
    assert 'lang="es"' in spanish[0]
    # The letters mean the same, so that answers of both are entered in one grid.
    pattern = r'<span class="oval">(\w)</span>(?:<span lang="en" dir="ltr">)?¿?([^<?]+)'
    ovals = [re.findall(pattern, leaf) for leaf in (english[0], spanish[0])]
    assert ovals[0] == ovals[1]
    key = teacher_client.get(reverse("print_assignment_key", args=[assignment.public_id]), {"language": "es"})
    assert marked(question.options(published(edition.pk).document.reading)[1].text) in key.content.decode()


def test_a_handout_starts_in_the_language_that_its_class_reads(
    teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    document = make_document()
    sentences = {f"s{number}": f"Oración s{number}." for number in range(1, 7)}
    level = {"key": "es", "title": "El acuerdo", "language": "es", "sentences": sentences}
    document = bilingual({**document, "reading": {**document["reading"], "variants": [level]}})
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    stem = document["questions"][0]["stem"]
    english = leaves(teacher_client.get(sheet_url(assignment), headers={"Accept-Language": "es"}))[0]
    assert (marked(stem) in english, "Oración s1." in english, 'lang="en"' in english) == (False, False, True)
    Classroom.objects.update(reading_variant="es")
    spanish = leaves(teacher_client.get(sheet_url(assignment)))[0]
    assert (marked(stem) in spanish, "Oración s1." in spanish, 'lang="es"' in spanish) == (True, True, True)
    # What the teacher chooses comes first.
    chosen = leaves(teacher_client.get(sheet_url(assignment), {"language": "en", "level": "standard"}))[0]
    assert (marked(stem) in chosen, "Oración s1." in chosen) == (False, False)


def test_an_answer_key_starts_in_the_language_of_the_teacher(
    teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    edition = make_edition(document=bilingual(make_document()))
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    content = published(edition.pk).document
    answer = next(one.text for one in content.questions[0].options(content.reading) if one.right)
    keys = [
        leaves(teacher_client.get(key_url(assignment), headers={"Accept-Language": code}))[0] for code in ("en", "es")
    ]
    assert [marked(answer) in key for key in keys] == [False, True]
    # The letters are those of the handout in any language.
    assert len({tuple(re.findall(r'<b class="marks">(.*?)</b>', key)) for key in keys}) == 1
