"""The page of the site's administrator: what it shows, what it never shows, and what it does."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from quizsite.administration import ACCOUNTS_ON_A_PAGE, LABELS
from quizsite.health import READING_CHECKS
from quizsite.models import SiteState
from quizsite.secret_key import record_secret_key
from quizsite.storage import database_size, stored_backups
from quizzes.models import Attempt, AuditEvent, Classroom, Invitation, User
from quizzes.people import accounts
from quizzes.people.erasure import erase_teacher
from tests.factories import NOW, make_assignment, make_attempt, make_classroom, make_invitation, make_user
from tests.management.test_commands import run
from tests.pages import read, text_of

pytestmark = pytest.mark.django_db
SITE = "/site/"


@pytest.fixture
def client(staff: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(staff)


def rows(client: Client) -> dict[str, tuple[int, bool]]:
    return {
        account.name: (account.class_count, account.has_second_step) for account in client.get(SITE).context["accounts"]
    }


def test_page_lists_accounts_by_counts(
    client: Client, teacher: User, other_teacher: User, classroom: Classroom
) -> None:
    make_classroom(teacher=teacher, name="Period 4")
    old = make_classroom(teacher=teacher, name="Old", archived_at=NOW)
    sample = make_classroom(teacher=teacher, name="Sample class", is_sample=True)
    for not_counted in (old, sample):
        make_attempt(assignment=make_assignment(classroom=not_counted, assigned_by=teacher))
    Authenticator.objects.create(user=other_teacher, type=Authenticator.Type.TOTP, data={})
    assert rows(client) == {"Ms. Rivera": (2, False), "Mr. Okafor": (0, True), "The office": (0, False)}
    page = client.get(SITE)
    assert "3 accounts, 2 classes, 0 students, 0 quizzes" in text_of(page)
    assert SITE in read(client.get(reverse("account"))).links


def test_page_shows_no_student_and_no_class(client: Client, attempt: Attempt) -> None:
    page = client.get(SITE).content.decode()
    student, classroom = attempt.student, attempt.classroom
    secrets = [student.display_name, student.public_id, classroom.name, classroom.shown_code, attempt.public_id]
    assert [secret for secret in secrets if secret in page] == []
    assert "1 student, 1 quiz" in text_of(client.get(SITE))


def test_teacher_finds_no_way_to_the_page(teacher_client: Client) -> None:
    assert SITE not in read(teacher_client.get(reverse("account"))).links
    assert teacher_client.get(SITE).status_code == 403


def test_account_is_closed_and_reopened_with_who(
    client: Client, staff: User, teacher: User, signed_in: Callable[[User], Client]
) -> None:
    own = signed_in(teacher)
    for _ in range(2):
        page = client.post(reverse("close_account", args=[teacher.pk]), follow=True)
        assert "Account closed: rivera@school.test" in text_of(page)
    assert own.get("/teacher/").status_code == 302
    assert "1 closed" in text_of(client.get(SITE))
    for _ in range(2):
        client.post(reverse("reopen_account", args=[teacher.pk]))
    teacher.refresh_from_db()
    assert teacher.is_active
    events = AuditEvent.objects.order_by("pk").values_list("action", "actor", "detail__account")
    assert list(events) == [("account_closed", staff.pk, teacher.pk), ("account_reopened", staff.pk, teacher.pk)]


def test_closing_an_account_says_which_classes_need_an_owner(
    client: Client, teacher: User, other_teacher: User, classroom: Classroom
) -> None:
    shared, as_teacher = (make_classroom(teacher=teacher, name=name) for name in ("Shared", "Period 5"))
    make_classroom(teacher=teacher, name="Old", archived_at=NOW)
    # Nobody needs its made-up students.
    make_classroom(teacher=teacher, name="Sample class", is_sample=True)
    shared.teachers.add(other_teacher, through_defaults={"role": "owner"})
    as_teacher.teachers.add(other_teacher, through_defaults={"role": "teacher"})
    page = client.post(reverse("close_account", args=[teacher.pk]), follow=True)
    # An archived one too: only an owner deletes it.
    assert "3 classes have no other owner. The person who runs Footnote can hand them over to a teacher." in (
        text_of(page)
    )
    page = client.post(reverse("close_account", args=[other_teacher.pk]), follow=True)
    assert "1 class has no other owner. The person who runs Footnote can hand it over to a teacher." in text_of(page)


def test_own_account_stays_open(client: Client, staff: User) -> None:
    page = client.post(reverse("close_account", args=[staff.pk]), follow=True)
    assert "You can’t close your own account here" in text_of(page)
    staff.refresh_from_db()
    assert staff.is_active
    assert client.post(reverse("close_account", args=[0])).status_code == 404


def test_deleted_account_is_not_listed(
    client: Client, teacher: User, classroom: Classroom, other_teacher: User
) -> None:
    Classroom.objects.get().teachers.add(other_teacher, through_defaults={"role": "owner"})
    accounts.change_email(teacher, email="new@school.test", now=NOW)
    AuditEvent.objects.record("classroom_changed", actor=teacher, classroom=classroom, at=NOW)
    erase_teacher(teacher, now=NOW)
    assert User.objects.filter(pk=teacher.pk).exists()
    assert rows(client) == {"Mr. Okafor": (1, False), "The office": (0, False)}
    assert client.post(reverse("reopen_account", args=[teacher.pk])).status_code == 404


def test_account_with_an_address_of_a_test_domain_is_listed(client: Client, teacher: User) -> None:
    accounts.change_email(teacher, email="rivera@school.invalid", now=NOW)
    assert rows(client) == {"Ms. Rivera": (0, False), "The office": (0, False)}


def test_open_invitations_are_listed_and_canceled(client: Client, teacher: User) -> None:
    now = timezone.now()
    invitation, token = make_invitation(invited_by=teacher, now=now)
    first, _ = make_invitation(now=now)
    used, _ = make_invitation(invited_by=teacher, now=now, used_at=now, used_by=teacher)
    make_invitation(invited_by=teacher, now=now - timedelta(days=8))
    page = client.get(SITE)
    assert set(page.context["invitations"]) == {invitation, first}
    assert "Ms. Rivera," in text_of(page)
    assert token not in page.content.decode()
    for row, said in (
        (invitation, "Invitation canceled."),
        (invitation, "Invitation canceled."),
        (used, "Rivera used"),
    ):
        assert said in text_of(client.post(reverse("revoke_invitation", args=[row.pk]), follow=True))
    assert not Invitation.objects.filter(pk=invitation.pk).exists()
    assert Invitation.objects.filter(pk=used.pk).exists()


def test_health_and_backups_are_shown(client: Client, settings: Settings, tmp_path: Path) -> None:
    record_secret_key(now=timezone.now())
    settings.BACKUP_DIR = tmp_path
    assert "No backups in this site’s own folder yet" in text_of(client.get(SITE))
    for name in ("footnote-20261125T210000Z", "footnote-20261126T010203Z", "something else"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "footnote.sqlite3").write_bytes(b"x" * 2048)
    assert [(backup.name, backup.size) for backup in stored_backups()] == [
        ("footnote-20261126T010203Z", 2048),
        ("footnote-20261125T210000Z", 2048),
    ]
    page = text_of(client.get(SITE))
    assert "2 backups, the newest of Thu, Nov 26, 01:02 UTC" in page
    assert "All checks are OK" in page
    SiteState.objects.record(SiteState.SECRET_KEY, "another", now=NOW)
    page = text_of(client.get(SITE))
    assert "A check isn’t OK" in page
    assert "Secret key Not OK, the database belongs to another secret key" in page


def test_late_backup_is_not_ok(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    record_secret_key(now=timezone.now())
    monkeypatch.setattr("quizsite.health._STARTED", time.monotonic() - 3600)
    SiteState.objects.record(SiteState.BACKUP, "footnote-1", now=timezone.now())
    SiteState.objects.record(SiteState.PERIODIC_JOBS, "ran", now=timezone.now())
    assert "All checks are OK" in text_of(client.get(SITE))

    SiteState.objects.record(SiteState.BACKUP, "footnote-1", now=timezone.now() - timedelta(days=9))

    page = text_of(client.get(SITE))
    assert "All checks are OK" not in page
    assert "A check isn’t OK. Tell the person who runs Footnote." in page
    assert "Last backup Not OK, made 12960 min ago, and the next is late: see the log" in page


def test_page_is_shown_where_a_backup_cannot_be_read(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_secret_key(now=timezone.now())
    settings.BACKUP_DIR = tmp_path / "backups"
    unreadable = settings.BACKUP_DIR / "footnote-20261125T210000Z"
    unreadable.mkdir(parents=True)
    listed = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path == unreadable:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)

    assert "1 backup, the newest of Wed, Nov 25, 21:00 UTC" in text_of(client.get(SITE))
    unreadable = settings.BACKUP_DIR
    assert "No backups in this site’s own folder yet" in text_of(client.get(SITE))


def test_each_check_has_a_label() -> None:
    assert set(LABELS) == {check.__name__ for check in READING_CHECKS}


def test_size_of_the_database_is_that_of_its_files(settings: Settings, tmp_path: Path, monkeypatch: Any) -> None:
    if connection.vendor == "postgresql":
        assert database_size() > 1_000_000
        return
    file = tmp_path / "footnote.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", file)
    assert database_size() == 0
    file.write_bytes(b"x" * 100)
    file.with_name("footnote.sqlite3-wal").write_bytes(b"x" * 11)
    assert database_size() == 111


def test_size_of_a_backup_that_is_deleted_meanwhile_is_no_error(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_DIR = tmp_path
    file = tmp_path / "footnote-20261125T210000Z" / "footnote.sqlite3"
    file.parent.mkdir()
    file.touch()
    listed = Path.iterdir

    def delete_after_listing(path: Path) -> Iterator[Path]:
        found = list(listed(path))
        if path == file.parent:
            file.unlink()
        return iter(found)

    monkeypatch.setattr(Path, "iterdir", delete_after_listing)
    # As it was a moment ago.
    monkeypatch.setattr(Path, "is_file", lambda path: True)

    assert [backup.size for backup in stored_backups()] == [0]


def test_page_costs_the_same_for_any_number_of_accounts(
    client: Client, queries: Callable[[], Any], teacher: User
) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            make_classroom(teacher=make_user())
            make_invitation(invited_by=teacher, now=timezone.now())
        with queries() as seen:
            client.get(SITE)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_accounts_have_pages(client: Client) -> None:
    User.objects.bulk_create(
        User(email=f"{number}@school.test", name=f"Name {number:03}") for number in range(ACCOUNTS_ON_A_PAGE)
    )
    page = client.get(SITE)
    assert len(page.context["accounts"]) == ACCOUNTS_ON_A_PAGE
    assert "?page=2&q=#h-acc" in read(page).links
    last = client.get(SITE, {"page": "2"})
    assert [account.name for account in last.context["accounts"]] == ["The office"]
    assert [client.get(SITE, {"page": sent}).context["accounts"].number for sent in ("x", "0", "3")] == [1, 1, 2]


def test_account_that_reads_every_row_is_not_called_an_administrator(client: Client, other_teacher: User) -> None:
    User.objects.filter(pk=other_teacher.pk).update(is_staff=True, is_superuser=True)

    said = text_of(client.get(SITE))

    assert (said.count("Administrator"), said.count("Can read all data")) == (1, 1)


def test_accounts_are_found_by_a_part_of_name_or_email(client: Client, teacher: User, other_teacher: User) -> None:
    User.objects.filter(pk=teacher.pk).update(name="Mr. Peña")
    for text, names in {"pena": ["Mr. Peña"], "RIVERA@": ["Mr. Peña"], "r. o": ["Mr. Okafor"], "(": []}.items():
        page = client.get(SITE, {"q": text})
        assert [account.name for account in page.context["accounts"]] == names
        assert ("Nothing found" in text_of(page)) is not bool(names)
    found = f"http://testserver{SITE}?page=1&q=pena"
    for action in ("close_account", "reopen_account"):
        reply = client.post(reverse(action, args=[teacher.pk]), headers={"referer": found})
        assert reply.headers["Location"] == f"{SITE}?page=1&q=pena"
    assert "hidden character" in text_of(client.get(SITE, {"q": "a\0"}))


def test_command_gives_and_takes_the_role(teacher: User, teacher_client: Client) -> None:
    for _ in range(2):
        assert run("administrator", "RIVERA@school.test") == (
            "rivera@school.test is now a site administrator. The page is /site/, under the teacher's name.\n"
        )
    assert teacher_client.get(SITE).status_code == 200
    for _ in range(2):
        said = run("administrator", teacher.email, remove=True)
        assert said == "rivera@school.test is no longer a site administrator.\n"
    assert teacher_client.get(SITE).status_code == 403
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == [
        "administrator_added",
        "administrator_removed",
    ]
    with pytest.raises(CommandError, match="No account has the email"):
        call_command("administrator", "nobody@school.test")


def test_command_gives_the_role_to_no_closed_account(teacher: User) -> None:
    run("administrator", teacher.email)
    run("close_account", teacher.email)

    with pytest.raises(CommandError, match="run `manage.py close_account rivera@school.test --reopen`"):
        run("administrator", teacher.email)

    run("administrator", teacher.email, remove=True)
    teacher.refresh_from_db()
    assert not teacher.is_staff


def test_administrator_sees_no_rows_in_the_admin(client: Client, attempt: Attempt) -> None:
    for name in ("attempt", "student", "answerevent"):
        assert client.get(f"/admin/quizzes/{name}/").status_code == 403
