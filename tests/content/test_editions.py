"""Question sets: validated from files, published as editions that never change, and cached."""

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quizzes.content.editions import NotPublishable, latest_edition, publish_built_in, publish_edition, published
from quizzes.content.set_document import content_hash
from quizzes.content.tables import InvalidDocument
from quizzes.files.built_in_sets import BadFile, read_set_files
from quizzes.models import Edition, Question, QuestionSet, Reading, Source, User
from tests.factories import NOW, make_document, make_edition, make_question_set, write_set_files

pytestmark = pytest.mark.django_db


# --- Publish ------------------------------------------------------------------------------------------------------


def test_publish_freezes_the_document_and_its_questions() -> None:
    question_set = make_question_set()

    edition = publish_edition(question_set, make_document(), now=NOW)

    assert edition is not None
    edition.refresh_from_db()
    assert (edition.number, edition.max_points, edition.published_at) == (1, 8, NOW)
    assert edition.document == make_document()
    assert edition.content_hash == content_hash(edition.document)
    assert list(edition.questions.values_list("position", "key", "type", "objective", "points")) == [
        (1, "one", "single", "records", 1),
        (2, "some", "multiple", "records", 2),
        (3, "who", "who_says_so", "ended", 3),
        (4, "proof", "evidence", "ended", 2),
    ]


def test_publish_of_the_same_content_makes_no_new_edition() -> None:
    question_set = make_question_set()
    publish_edition(question_set, make_document(), now=NOW)

    assert publish_edition(question_set, dict(reversed(make_document().items())), now=NOW) is None
    assert Edition.objects.count() == 1


def test_publish_of_changed_content_makes_the_next_edition_and_leaves_the_first() -> None:
    question_set = make_question_set()
    first = publish_edition(question_set, make_document(), now=NOW)
    changed = make_document()
    changed["questions"][0]["choices"][0]["text"] = "Passport"

    second = publish_edition(question_set, changed, now=NOW + timedelta(days=1))
    third = publish_edition(question_set, make_document(), now=NOW + timedelta(days=2))

    assert first is not None
    assert second is not None
    assert third is not None
    assert [edition.number for edition in question_set.editions.all()] == [1, 2, 3]
    assert Edition.objects.get(pk=first.pk).document == make_document()
    assert latest_edition(question_set) == third
    assert Question.objects.count() == 12


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda d: d["questions"][0].update(evidence=["s9"]), NotPublishable),
        (lambda d: d["minimum"].update(records=3), NotPublishable),
        (lambda d: d["questions"][0].update(stem=""), InvalidDocument),
        (lambda d: d.update(questions=[]), InvalidDocument),
    ],
)
def test_publish_of_a_bad_document_publishes_nothing(
    change: Callable[[dict[str, Any]], Any], refusal: type[Exception]
) -> None:
    document = make_document()
    change(document)
    question_set = make_question_set()

    with pytest.raises(refusal):
        publish_edition(question_set, document, now=NOW)

    assert Edition.objects.count() == Question.objects.count() == 0


def test_publish_refusal_lists_every_problem() -> None:
    document = make_document()
    document["questions"][0]["evidence"] = ["s9"]
    document["questions"][3]["evidence"] = ["s5"]

    with pytest.raises(NotPublishable) as refused:
        publish_edition(make_question_set(), document, now=NOW)

    assert [question for question, _ in refused.value.problems] == ["one", "proof"]
    assert str(refused.value) == refused.value.problems[0][1]


@pytest.mark.parametrize(
    ("model", "change"),
    [(Edition, {"number": 7}), (Edition, {"document": {}}), (Question, {"points": 7}), (Question, {"key": "other"})],
)
def test_published_edition_cannot_be_changed(
    edition: Edition, model: type[Edition] | type[Question], change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="A published edition never changes"), transaction.atomic():
        model.objects.update(**change)

    edition.refresh_from_db()
    assert edition.document == make_document()


# --- Read ---------------------------------------------------------------------------------------------------------


def test_published_is_read_once_in_a_process(edition: Edition, queries: Callable[[], Any]) -> None:
    with queries() as first:
        content = published(edition.pk)
    with queries() as second:
        assert published(edition.pk) is content

    assert (len(first), len(second)) == (2, 0)
    assert content.document.max_points == 8
    assert content.question_ids == dict(edition.questions.values_list("key", "pk"))


def test_published_of_two_editions_does_not_mix_them() -> None:
    changed = copy.deepcopy(make_document())
    changed["title"] = "Another set"
    one, other = make_edition(), make_edition(document=changed)

    assert published(one.pk).document.title == "Small set"
    assert published(other.pk).document.title == "Another set"


def test_published_edition_keeps_a_key_that_can_no_longer_be_published() -> None:
    document = make_document()
    document["questions"][0]["key"] = "q1.a"
    edition = Edition.objects.create(
        question_set=make_question_set(),
        number=1,
        content_hash=content_hash(document),
        document=document,
        max_points=8,
        published_at=NOW,
    )

    assert published(edition.pk).document.questions[0].key == "q1.a"


def test_latest_edition_of_an_unpublished_set_is_none() -> None:
    with pytest.raises(Edition.DoesNotExist):
        latest_edition(make_question_set())


def test_sets_open_to_a_teacher_are_built_in_or_own(teacher: User, other_teacher: User) -> None:
    built_in = make_question_set(title="Built in")
    own = make_question_set(title="Own", owner=teacher)
    make_question_set(title="A colleague’s", owner=other_teacher)

    assert list(QuestionSet.objects.open_to(teacher)) == [built_in, own]
    assert list(QuestionSet.objects.built_in()) == [built_in]


# --- Files --------------------------------------------------------------------------------------------------------


def test_files_are_validated_and_combined(tmp_path: Path) -> None:
    write_set_files(tmp_path / "story")

    [file] = read_set_files(tmp_path)

    assert file.parsed.title == "Small set"
    assert file.path == tmp_path / "story" / "small-set.toml"
    # Dates become text, and the source's own slug stays out of the set.
    assert file.document == make_document()


def test_files_may_be_named_by_the_folder_of_one_source(tmp_path: Path) -> None:
    write_set_files(tmp_path / "story")

    assert read_set_files(tmp_path / "story") == read_set_files(tmp_path)


def test_file_is_published_with_its_source_and_reading(tmp_path: Path) -> None:
    write_set_files(tmp_path)
    [file] = read_set_files(tmp_path)

    edition = publish_built_in(file.source, file.document, now=NOW, guide=None)

    assert edition is not None
    source = Source.objects.get()
    assert (source.slug, source.publisher, str(source.published_on)) == ("story", "The Daily Test", "2018-07-27")
    assert (Reading.objects.get().title, Reading.objects.get().source) == ("The agreement", source)
    question_set = QuestionSet.objects.get()
    assert (question_set.slug, question_set.title, question_set.owner) == ("small-set", "Small set", None)
    assert edition.question_set == question_set


def test_file_published_again_changes_nothing(tmp_path: Path) -> None:
    write_set_files(tmp_path)
    [file] = read_set_files(tmp_path)
    publish_built_in(file.source, file.document, now=NOW, guide=None)

    assert publish_built_in(file.source, file.document, now=NOW, guide=None) is None
    counts = [model.objects.count() for model in (Source, Reading, QuestionSet, Edition)]
    assert counts == [1, 1, 1, 1]


def test_file_does_not_touch_a_teachers_set_of_the_same_slug(tmp_path: Path, teacher: User) -> None:
    own = make_question_set(owner=teacher, slug="small-set", title="Own")
    write_set_files(tmp_path)
    [file] = read_set_files(tmp_path)

    publish_built_in(file.source, file.document, now=NOW, guide=None)

    own.refresh_from_db()
    assert (own.title, own.editions.count()) == ("Own", 0)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "small-set.toml",
            "slug = ",
            "story/small-set.toml: the file is not valid TOML: Invalid value (at end of document)",
        ),
        ("source.toml", b"\xff", "story/source.toml: the file is not UTF-8 text (byte 0)"),
        ("source.toml", 'title = "x"', "story/source.toml: “slug” is missing"),
        (
            "source.toml",
            'slug = "A story"',
            "story/source.toml: “slug” can have only lowercase letters, digits, and hyphens",
        ),
        (
            "other.toml",
            ("", "small-set", "small-set"),
            "story/small-set.toml: the slug “small-set” is taken by other.toml",
        ),
        (
            "small-set.toml",
            ('stem = "Who says so?"', 'stem = ""', ""),
            "story/small-set.toml: question “who”: “stem” is missing",
        ),
        (
            "small-set.toml",
            ('evidence = ["s1"]', 'evidence = ["s2"]', ""),
            "story/small-set.toml: question “one”: the evidence “s2” of the question shares no fact with it",
        ),
        (
            "source.toml",
            ('published_on = "2018-07-27"', 'published_on = "Friday"', ""),
            "story/small-set.toml: “published_on” must be a date, as 2018-07-27",
        ),
    ],
)
def test_bad_file_is_named_with_question_and_reason_in_one_line(
    tmp_path: Path, name: str, content: str | bytes | tuple[str, str, str], reason: str
) -> None:
    folder = tmp_path / "story"
    write_set_files(folder)
    match content:
        case bytes():
            (folder / name).write_bytes(content)
        case str():
            (folder / name).write_text(content)
        case (old, new, ""):
            text = (folder / name).read_text()
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1))
        case _:
            (folder / name).write_text((folder / "small-set.toml").read_text())

    with pytest.raises(BadFile) as refused:
        read_set_files(tmp_path)

    assert str(refused.value) == f"{tmp_path}/{reason}"


def test_folder_without_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=f"^{tmp_path}: no source.toml here or one folder below$"):
        read_set_files(tmp_path)
    with pytest.raises(BadFile, match=f"^{tmp_path}/nowhere: there is no such folder$"):
        read_set_files(tmp_path / "nowhere")
