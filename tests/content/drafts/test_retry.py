"""A retry: the weakest questions of the whole set as a set to assign."""

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.publishing import publish
from quizzes.content.drafts.retry import NothingToRetry, make_retry
from quizzes.content.drafts.saving_questions import save_question
from quizzes.content.editions import latest_edition, published
from quizzes.models import Assignment, Classroom, Draft, QuestionSet, User
from quizzes.reports.class_report import class_report
from tests.factories import NOW, make_assignment, make_document, make_edition, make_student, right_value
from tests.pages import form_of, text_of
from tests.reports.test_class_report import sit
from tests.reports.test_item_report import regrade, with_key


def retry_keys(assignment: Assignment) -> list[str]:
    return [report.question.key for report in class_report(assignment, now=NOW).retry.questions]


def test_retry_holds_the_weakest_three_of_the_whole_set_in_their_order(classroom: None, teacher: User) -> None:
    document = make_document()
    who = document["questions"][2]
    document["questions"] += [{**who, "key": f"who{number}", "stem": f"Who says it, {number}?"} for number in (1, 2)]
    assignment = make_assignment(edition=make_edition(document=document))
    wrong = {"a": "reporter", "b": "reporter", "c": "reporter"}
    sit(assignment, 1)
    sit(assignment, 2, one="a", who2=wrong)
    sit(assignment, 3, one="a", who2=wrong, who1=wrong)

    # The objective of question 1 is the stronger one.
    assert retry_keys(assignment) == ["one", "who1", "who2"]


def test_retry_leaves_out_a_question_whose_key_was_wrong(assignment: Assignment, teacher: User) -> None:
    sit(assignment, 3, one="c", some=["b"])
    assert retry_keys(assignment) == ["one", "some"]

    regrade(assignment, "one", "new_key", teacher, with_key(0))

    assert retry_keys(assignment) == ["some"]


def test_a_class_that_knows_everything_has_nothing_to_retry(
    assignment: Assignment, teacher_client: Client, teacher: User
) -> None:
    sit(assignment, 2)
    results = reverse("assignment_results", args=[assignment.public_id])
    address = reverse("retry_assignment", args=[assignment.public_id])
    assert address not in teacher_client.get(results).content.decode()

    answer = teacher_client.post(address, follow=True)

    assert answer.redirect_chain == [(results, 302)]
    assert "There’s no question to retry." in text_of(answer)
    assert not QuestionSet.objects.owned_by(teacher).exists()


def test_retry_is_a_set_of_the_teachers_own_with_the_same_questions(assignment: Assignment, teacher: User) -> None:
    made = make_retry(assignment, ["proof", "who"], by=teacher, now=NOW)

    content = published(latest_edition(made).pk).document
    old = published(assignment.edition_id).document
    assert (made.owner, made.title) == (teacher, "Retry: Small set")
    assert [question.key for question in content.questions] == ["who", "proof"]
    assert [question.stem for question in content.questions] == [question.stem for question in old.questions[2:]]
    assert [sentence.text for sentence in content.reading] == [sentence.text for sentence in old.reading]
    assert [objective.title for objective in content.objectives] == ["Why it was ended"]
    assert [right_value(question) for question in content.questions] == [right_value(q) for q in old.questions[2:]]


def test_retry_counts_its_own_questions_and_minutes(classroom: Classroom, teacher: User) -> None:
    texts = {"es": {"title": "Serie", "summary": "Cuatro preguntas."}}
    document = {**make_document(), "about_minutes": 25, "languages": ["es"], "texts": texts}

    made = make_retry(make_assignment(edition=make_edition(document=document)), ["who"], by=teacher, now=NOW)

    published_document = latest_edition(made).document
    assert published_document["summary"] == f"1 question on “{document['reading']['title']}”."
    assert published_document["about_minutes"] == 2
    assert published_document["texts"]["es"] == {"title": "Reintento: Serie"}


def test_retry_made_twice_is_one_set(assignment: Assignment, teacher: User, other_teacher: User) -> None:
    first, second = (make_retry(assignment, ["who"], by=teacher, now=NOW) for _ in range(2))
    third = make_retry(assignment, ["proof"], by=teacher, now=NOW)
    fourth = make_retry(assignment, ["who"], by=other_teacher, now=NOW)

    assert first == second
    assert len({first.pk, third.pk, fourth.pk}) == 3


def test_retry_of_a_later_version_has_its_words(classroom: Classroom, teacher: User) -> None:
    """The first version had a mistake, and its retry was assigned too."""
    first = make_edition(document=make_document())
    old, new = make_document(), make_document()
    new["questions"][0]["stem"] = "What was wrong before?"
    later = make_edition(question_set=first.question_set, document=new)
    retries = [
        make_retry(make_assignment(edition=edition, classroom=classroom), ["one"], by=teacher, now=NOW)
        for edition in (first, later, first, later)
    ]

    stems = [published(latest_edition(retry).pk).document.questions[0].stem for retry in retries]
    assert stems == [old["questions"][0]["stem"], "What was wrong before?"] * 2
    assert len({retry.pk for retry in retries}) == 2


def test_retry_that_its_author_changed_is_not_made_again(assignment: Assignment, teacher: User) -> None:
    retry = make_retry(assignment, ["who"], by=teacher, now=NOW)
    draft = Draft.objects.get(question_set=retry)
    draft = save_question(draft, "who", {"stem": "Who says it?"}, seen=draft.revision, by=teacher, now=NOW)
    publish(draft, seen=draft.revision, note="", by=teacher, now=NOW)

    again = make_retry(assignment, ["who"], by=teacher, now=NOW)

    assert again == retry
    assert published(latest_edition(again).pk).document.questions[0].stem == "Who says it?"


def test_retry_of_no_question_is_refused(assignment: Assignment, teacher: User) -> None:
    with pytest.raises(NothingToRetry):
        make_retry(assignment, ["nothing"], by=teacher, now=NOW)
    assert not QuestionSet.objects.owned_by(teacher).exists()


def test_results_list_the_questions_of_a_retry_with_a_serial_comma(
    assignment: Assignment, teacher_client: Client, teacher: User
) -> None:
    results = reverse("assignment_results", args=[assignment.public_id])
    sit(assignment, 1, one=None, some=None, who=None)
    words = "Fewest points earned: questions 1 (0%), 2 (0%), and 3 (0%) For the whole class"
    assert words in text_of(teacher_client.get(results))
    User.objects.update(language="es")
    assert "preguntas 1 (0%), 2 (0%) y 3 (0%)" in text_of(teacher_client.get(results))


def test_results_lead_over_a_retry_to_assigning_it(
    assignment: Assignment, teacher_client: Client, teacher: User
) -> None:
    make_student(classroom=assignment.classroom)
    sit(assignment, 5, proof=["s3"], who={"a": "reporter"})
    page = teacher_client.get(reverse("assignment_results", args=[assignment.public_id]))
    assert "Assign a retry of 2 questions Wrong answers above: questions 3 and 4 For the whole class" in text_of(page)

    results = reverse("retry_assignment", args=[assignment.public_id])
    pages = [teacher_client.post(results, follow=True) for _ in range(2)]
    asked = pages[0].redirect_chain[0][0]
    assert asked == f"{reverse('assign_retry', args=[assignment.public_id])}?question=who&question=proof"
    assert "Assign “Retry: Small set”" in text_of(pages[0])
    assert "2 questions of “Small set”." in text_of(pages[0])
    # The class is ticked, and nothing is made before the retry is assigned.
    form = form_of(pages[0], having="classrooms")
    assert ("classrooms", assignment.classroom.public_id) in form.fields
    assert not QuestionSet.objects.owned_by(teacher).exists()

    for _ in range(2):
        teacher_client.post(asked, form.data(act="save"))
    made = QuestionSet.objects.owned_by(teacher).get()
    given = Assignment.objects.get(edition__question_set=made)
    assert (made.title, given.classroom) == ("Retry: Small set", assignment.classroom)
    assert list(given.edition.questions.order_by("position").values_list("key", flat=True)) == ["who", "proof"]

    # A version from before each speaker had a name of its own.
    old = make_document()
    old["voices"][1]["label"] = old["voices"][0]["label"]
    other = make_assignment(edition=make_edition(document=old), classroom=assignment.classroom)
    asked = f"{reverse('assign_retry', args=[other.public_id])}?question=who"
    page = teacher_client.post(asked, form.data(act="save", is_confirmed="on"))
    why = f"2 speakers have the name “{old['voices'][0]['label']}”. Change one."
    assert f"This retry can’t be published. {why} Fix it in a copy of the question set." in text_of(page)
    assert QuestionSet.objects.owned_by(teacher).count() == 1


@pytest.mark.parametrize("query", ["", "?question=nothing", "?question=who&question=nothing"])
def test_retry_of_other_questions_leads_back(query: str, assignment: Assignment, teacher_client: Client) -> None:
    address = f"{reverse('assign_retry', args=[assignment.public_id])}{query}"
    assert teacher_client.get(address).headers["Location"] == reverse("assignment_results", args=[assignment.public_id])
