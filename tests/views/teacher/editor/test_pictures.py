"""Pictures in readings and questions: upload, publish, see, copy, export, remove."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.db.models.signals import post_init
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.content.drafts import lifecycle, publishing
from quizzes.content.editions import latest_edition
from quizzes.content.picture_files import MAX_UPLOAD_BYTES, clean_picture
from quizzes.content.stored_pictures import delete_unused_pictures, mark_published, store_picture
from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.models import Classroom, Draft, Edition, QuestionSet, StoredPicture, Student, User
from tests.drafting import before_first, document_of, revision_of, url
from tests.factories import NOW, make_answered_attempt, make_assignment, make_picture
from tests.files.test_class_export import empty_site
from tests.pages import errors_of, text_of

LATER = NOW + timedelta(days=900)
TEXTS = {"alternative": "A red square.", "credit": "Drawn by Ms. Rivera, CC BY 4.0"}


def upload(client: Client, draft: Draft, *key: str, content: bytes | None = None, **changes: Any) -> Any:
    name = "edit_question_picture" if key else "edit_reading_picture"
    data = {"revision": revision_of(draft), **TEXTS, **changes}
    if content is not None:
        data["file"] = SimpleUploadedFile("photo.png", content, "text/html")
    return client.post(url(name, draft, *key), data)


def publish(draft: Draft) -> Edition:
    now = timezone.now()
    edition = publishing.publish(
        Draft.objects.get(pk=draft.pk), seen=revision_of(draft), note="", by=draft.question_set.owner, now=now
    )
    assert edition is not None
    return edition


def images(page: Any) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', page.content.decode())


def test_picture_needs_a_file_an_alternative_text_and_a_credit(draft: Draft, teacher_client: Client) -> None:
    page = upload(teacher_client, draft, alternative=" ", credit="")
    assert errors_of(page) == [
        "Choose a picture.",
        "Say what the picture shows.",
        "Say who made the picture, and why you may use it.",
    ]
    page = upload(teacher_client, draft, content=b"<svg onload=alert(1)>")
    assert errors_of(page) == ["Choose a PNG, JPEG, or WebP picture."]
    assert StoredPicture.objects.count() == 0
    assert "picture" not in document_of(draft)["reading"]


def test_page_with_an_error_asks_for_the_file_again(draft: Draft, teacher_client: Client) -> None:
    """No page can fill in a file. Without a word, the next save would keep the old picture beside the new text."""
    upload(teacher_client, draft, content=make_picture())
    before = document_of(draft)["reading"]["picture"]
    other = make_picture(size=(30, 40))

    page = upload(teacher_client, draft, content=other, credit="")
    assert errors_of(page) == ["Choose the picture again.", "Say who made the picture, and why you may use it."]
    # Another window saved first.
    page = upload(teacher_client, draft, content=other, alternative="Another text.", revision=0)
    assert errors_of(page) == ["Choose the picture again."]
    # Without a file there is none to choose again.
    page = upload(teacher_client, draft, credit="")
    assert errors_of(page) == ["Say who made the picture, and why you may use it."]
    assert document_of(draft)["reading"]["picture"] == before


@pytest.mark.parametrize("key", [(), ("one",)])
def test_page_says_that_a_photo_is_too_large_and_keeps_the_texts(
    key: tuple[str, ...], draft: Draft, teacher_client: Client
) -> None:
    """The server lets such a request through to the page: its own reply is a line of text, without a form."""
    name = "edit_question_picture" if key else "edit_reading_picture"
    server_limit = next(size for path, size in settings.REQUEST_MAX_BYTES_AT if path.match(url(name, draft, *key)))
    photo = bytes(MAX_UPLOAD_BYTES * 3 // 2)

    page = upload(teacher_client, draft, *key, content=photo)

    assert len(photo) + 64 * 1024 < server_limit
    assert errors_of(page) == ["Choose a picture of up to 8 MB."]
    assert page.context["form"]["alternative"].value() == TEXTS["alternative"]


def test_picture_is_its_owners_until_it_is_published_and_then_its_readers(
    draft: Draft,
    classroom: Classroom,
    student: Student,
    teacher_client: Client,
    student_client: Client,
    other_teacher: User,
    viewer: User,
    signed_in: Any,
) -> None:
    for _ in range(2):
        assert upload(teacher_client, draft, content=make_picture()).status_code == 302
    upload(teacher_client, draft, "one", content=make_picture(size=(20, 20)))
    assert StoredPicture.objects.count() == 2
    preview = teacher_client.get(url("preview_draft", draft, 1))
    assert len(images(preview)) == 2
    assert 'alt="A red square."' in preview.content.decode()
    assert TEXTS["credit"] in text_of(preview)
    addresses = images(preview)
    other = signed_in(other_teacher)
    for address in addresses:
        response = teacher_client.get(address)
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert response.content.startswith(b"\x89PNG")
        assert [client.get(address).status_code for client in (Client(), other, student_client)] == [404, 404, 404]

    edition = publish(draft)
    assignment = make_assignment(edition=edition, classroom=classroom)
    assert [student_client.get(address).status_code for address in addresses] == [404, 404]
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert set(addresses) >= set(images(page)) != set()
    assert [student_client.get(address).status_code for address in addresses] == [200, 200]
    assert [other.get(address).status_code for address in addresses] == [404, 404]
    assert [signed_in(viewer).get(address).status_code for address in addresses] == [200, 200]
    # A new picture of the draft is the owner's alone, also in a set that others may see.
    upload(teacher_client, draft, "some", content=make_picture(size=(7, 7)))
    new = reverse("picture", args=[StoredPicture.objects.get(width=7).digest])
    readers = (teacher_client, signed_in(viewer), student_client)
    assert [client.get(new).status_code for client in readers] == [200, 404, 404]
    handout = teacher_client.get(reverse("print_set", args=[draft.question_set.public_id]))
    assert set(images(handout)) == set(addresses)
    shown = teacher_client.get(reverse("question_set", args=[draft.question_set.public_id]))
    assert set(images(shown)) == set(addresses)
    number = edition.questions.get(key="one").position
    regrade = teacher_client.get(reverse("regrade_question", args=[assignment.public_id, number]))
    assert reverse("picture", args=[StoredPicture.objects.get(width=20).digest]) in images(regrade)


@contextmanager
def read_from_database(model: type[Model]) -> Iterator[list[Model]]:
    """The rows of a model that are read within the block."""
    rows: list[Model] = []

    def note(instance: Model, **_: Any) -> None:
        if instance.pk is not None:
            rows.append(instance)

    post_init.connect(note, sender=model)
    yield rows
    post_init.disconnect(note, sender=model)


def test_picture_that_is_published_stays_in_its_version(draft: Draft, teacher_client: Client) -> None:
    upload(teacher_client, draft, content=make_picture())
    first = publish(draft)
    assert publishing.readiness(document_of(draft), first).says_the_same
    # The alternative text alone, without another file.
    assert upload(teacher_client, draft, alternative="A square.").status_code == 302
    ready = publishing.readiness(document_of(draft), first)
    assert [found.what for found in ready.changes or ()] == ["The picture of the reading changed."]

    page = teacher_client.post(url("remove_reading_picture", draft), {"revision": revision_of(draft)}, follow=True)
    assert "Removed: the picture." in text_of(page)
    assert "picture" not in document_of(draft)["reading"]
    later = timezone.now() + timedelta(days=3)
    assert delete_unused_pictures(now=later) == 0
    assert first.document["reading"]["picture"]["alternative"] == "A red square."

    teacher_client.post(url("undo_removal", draft), {"revision": revision_of(draft)})
    assert document_of(draft)["reading"]["picture"]["alternative"] == "A square."


def test_picture_that_is_published_during_the_deletion_stays(draft: Draft) -> None:
    now = timezone.now()
    stored = store_picture(draft.question_set, clean_picture(make_picture()), now=now)
    document = {"reading": {"picture": {"digest": stored.digest}}}

    with before_first("DELETE", lambda: mark_published(draft.question_set, document, now=now)):
        assert delete_unused_pictures(now=now + timedelta(days=2)) == 0

    assert StoredPicture.objects.get() == stored


def test_unused_picture_goes_after_a_day(draft: Draft, teacher_client: Client) -> None:
    upload(teacher_client, draft, "one", content=make_picture())
    upload(teacher_client, draft, "one", content=make_picture(size=(9, 9)))
    now = timezone.now()
    assert delete_unused_pictures(now=now) == 0
    assert delete_unused_pictures(now=now + timedelta(days=2)) == 1
    with read_from_database(Draft) as drafts:
        assert delete_unused_pictures(now=now + timedelta(days=2)) == 0
    # The job runs every 20 seconds, and a picture of a draft can stay unpublished for years.
    assert drafts == []
    [kept] = StoredPicture.objects.all()
    assert (kept.width, document_of(draft)["questions"][0]["picture"]["digest"]) == (9, kept.digest)


def test_copy_of_a_set_reads_each_picture_once(draft: Draft, teacher_client: Client, other_teacher: User) -> None:
    """However many copies of it the site has."""
    upload(teacher_client, draft, content=make_picture())
    edition = publish(draft)
    for number in range(3):
        with read_from_database(StoredPicture) as rows:
            lifecycle.copy_set(edition, by=other_teacher, now=NOW + number * timedelta(hours=1))
        assert len(rows) == 1
    assert StoredPicture.objects.count() == 4


def test_copy_and_class_export_have_the_picture(
    draft: Draft, classroom: Classroom, student: Student, teacher_client: Client, other_teacher: User
) -> None:
    upload(teacher_client, draft, content=make_picture())
    upload(teacher_client, draft, "one", content=make_picture(size=(9, 9)))
    edition = publish(draft)
    digests = set(StoredPicture.objects.values_list("digest", flat=True))

    copy = lifecycle.copy_set(latest_edition(draft.question_set), by=other_teacher, now=NOW)
    assert set(copy.question_set.pictures.values_list("digest", flat=True)) == digests
    assert set(copy.question_set.pictures.values_list("published_at", flat=True)) == {None}

    make_answered_attempt(assignment=make_assignment(edition=edition, classroom=classroom), student=student)
    content = export_classroom(classroom, now=LATER)
    spoiled = content.replace(b'"media_type": "image/png"', b'"media_type": "image/jpeg"')
    by = empty_site()
    with pytest.raises(InvalidExport, match="can’t be read"):
        import_classroom(spoiled, by=by, now=LATER)
    again = import_classroom(content, by=by, now=LATER)
    [new] = QuestionSet.objects.owned_by(by)
    assert set(new.pictures.values_list("digest", flat=True)) == digests
    assert export_classroom(again, now=LATER).count(b'"digest"') == content.count(b'"digest"')
