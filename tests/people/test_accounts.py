"""Teachers' accounts: invitations and sign-in links work once and for a limited time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import update_last_login
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from pytest_django import Settings

from quizzes.models import AuditEvent, Invitation, User
from quizzes.people import sign_on
from quizzes.people.accounts import (
    INVITATION_LIFETIME,
    OPEN_INVITATIONS,
    InvitationVoid,
    TooManyInvitations,
    cancel_invitation,
    change_email,
    close_account,
    find_invitation,
    first_teacher_link,
    invite,
    open_invitations,
    reopen_account,
    set_administrator,
    sign_in_link,
    use_invitation,
    use_sign_in_link,
    user_of_link,
)
from quizzes.people.teacher_sessions import end_all_sessions
from tests.factories import make_invitation, make_user

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


# --- Accounts -----------------------------------------------------------------------------------------------------


def test_account_is_found_by_its_address_in_any_case() -> None:
    user = make_user(email="Rivera@School.test")

    assert User.objects.get_by_natural_key("rivera@SCHOOL.test") == user
    assert user.check_password("") is False
    assert user.has_usable_password() is False


@pytest.mark.parametrize("alike", ["kım-smith@school.test", "kim-ſmith@school.test", "\u212aim-smith@school.test"])
def test_account_is_not_found_by_an_address_that_looks_alike(alike: str, now: datetime) -> None:
    """In upper or lower case, each is the same for some programs. A provider may let people choose such an address."""
    make_user(email="kim-smith@school.test")

    assert not User.objects.with_email(alike).exists()
    claims = {"iss": "https://provider.test", "sub": "1", "email": alike, "email_verified": True}
    identity = sign_on.identify(claims, provider="openid_connect", domains={"school.test"})
    assert sign_on.account_of(identity, now=now) == (None, False)


def test_domain_that_looks_alike_is_not_allowed() -> None:
    claims = {"iss": "https://provider.test", "sub": "1", "email": "kim@\u212a12.test", "email_verified": True}
    with pytest.raises(sign_on.DomainNotAllowed):
        sign_on.identify(claims, provider="openid_connect", domains={"k12.test"})


def test_superuser_may_use_the_admin() -> None:
    keeper = User.objects.create_superuser("office@school.test", "a long password", name="The office")

    assert (keeper.is_staff, keeper.is_superuser, keeper.check_password("a long password")) == (True, True, True)
    assert (keeper.get_full_name(), keeper.get_short_name(), str(keeper)) == ("The office",) * 3


# --- Invitations --------------------------------------------------------------------------------------------------


def test_invitation_keeps_a_digest_and_not_the_token(teacher: User, now: datetime) -> None:
    token = invite(by=teacher, now=now)

    invitation = find_invitation(token, now=now)
    assert (invitation.invited_by, invitation.created_at, invitation.expires_at) == (
        teacher,
        now,
        now + INVITATION_LIFETIME,
    )
    assert len(token) >= 43
    stored = Invitation.objects.values_list("token_digest", flat=True).get()
    assert token not in stored


@pytest.mark.parametrize(
    ("age", "is_good"), [(timedelta(0), True), (INVITATION_LIFETIME - SECOND, True), (INVITATION_LIFETIME, False)]
)
def test_invitation_lasts_a_week(now: datetime, age: timedelta, is_good: bool) -> None:
    invitation, token = make_invitation()

    if is_good:
        assert find_invitation(token, now=now + age) == invitation
        return
    with pytest.raises(InvitationVoid):
        find_invitation(token, now=now + age)
    with pytest.raises(InvitationVoid):
        use_invitation(invitation.pk, make_user(), now=now + age)


def test_invitation_is_used_once(now: datetime) -> None:
    invitation, token = make_invitation()
    first = make_user()

    use_invitation(invitation.pk, first, now=now)

    with pytest.raises(InvitationVoid):
        find_invitation(token, now=now)
    with pytest.raises(InvitationVoid):
        use_invitation(invitation.pk, make_user(), now=now)
    invitation.refresh_from_db()
    assert (invitation.used_by, invitation.used_at) == (first, now)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\x00", "’"])
def test_invitation_that_was_never_made_is_void(now: datetime, token: str) -> None:
    make_invitation()

    with pytest.raises(InvitationVoid):
        find_invitation(token, now=now)


def test_first_teacher_link_is_new_until_there_is_an_account(now: datetime) -> None:
    first = first_teacher_link("http://127.0.0.1:8000/", now)
    second = first_teacher_link("http://127.0.0.1:8000", now)

    assert first is not None
    assert second is not None
    assert second.startswith("http://127.0.0.1:8000/invitation/")
    assert first != second
    token = second.rstrip("/").rsplit("/", 1)[-1]
    assert find_invitation(token, now=now).invited_by is None
    with pytest.raises(InvitationVoid):
        find_invitation(first.rstrip("/").rsplit("/", 1)[-1], now=now)

    make_user()
    assert first_teacher_link("http://127.0.0.1:8000", now) is None


def test_first_teacher_link_leaves_other_invitations_alone(now: datetime) -> None:
    user = make_user()
    _, token = make_invitation(invited_by=user)

    assert first_teacher_link("http://127.0.0.1:8000", now) is None
    assert find_invitation(token, now=now).invited_by == user


def test_invitation_is_void_once_the_inviters_account_is_closed(teacher: User, now: datetime) -> None:
    invitation, token = make_invitation(invited_by=teacher)
    User.objects.filter(pk=teacher.pk).update(is_active=False)

    with pytest.raises(InvitationVoid):
        find_invitation(token, now=now)
    # A person who opened it before has the id in the session.
    with pytest.raises(InvitationVoid):
        use_invitation(invitation.pk, make_user(), now=now)


def test_invitation_of_an_account_that_was_closed_stays_void_when_it_is_reopened(teacher: User, now: datetime) -> None:
    used, open_one = make_invitation(invited_by=teacher, used_at=now)[0], invite(by=teacher, now=now)

    close_account(teacher, now=now)
    reopen_account(teacher, now=now)

    with pytest.raises(InvitationVoid):
        find_invitation(open_one, now=now)
    assert list(Invitation.objects.all()) == [used]


@pytest.mark.parametrize(
    ("act", "was_active"),
    [
        (close_account, True),
        (reopen_account, False),
        (partial(set_administrator, is_administrator=True), True),
        (partial(change_email, email="New@school.test"), True),
    ],
)
def test_act_on_an_account_sent_twice_at_once_is_logged_once(
    act: Callable[..., User], was_active: bool, teacher: User, now: datetime
) -> None:
    """Both requests have read the account before the first changes it."""
    User.objects.update(is_active=was_active)
    for page in [User.objects.get(pk=teacher.pk) for _ in range(2)]:
        act(page, now=now)

    assert AuditEvent.objects.count() == 1


def test_open_invitations_are_ten_at_most_for_each_teacher(teacher: User, other_teacher: User, now: datetime) -> None:
    make_invitation(invited_by=teacher, used_at=now)
    make_invitation(invited_by=teacher, expires_at=now)
    tokens = [invite(by=teacher, now=now) for _ in range(OPEN_INVITATIONS)]

    with pytest.raises(TooManyInvitations):
        invite(by=teacher, now=now)
    assert open_invitations(teacher, now=now).count() == OPEN_INVITATIONS == 10
    assert invite(by=other_teacher, now=now)

    use_invitation(find_invitation(tokens[0], now=now).pk, make_user(), now=now)
    assert invite(by=teacher, now=now)


def test_invitation_can_be_canceled_by_its_inviter_only(teacher: User, other_teacher: User, now: datetime) -> None:
    invitation, token = make_invitation(invited_by=teacher)
    used, _ = make_invitation(invited_by=teacher, used_at=now, used_by=other_teacher)

    assert cancel_invitation(invitation.pk, by=other_teacher) is None
    assert find_invitation(token, now=now) == invitation

    for _ in range(2):
        assert cancel_invitation(invitation.pk, by=teacher) is None
    assert cancel_invitation(used.pk, by=other_teacher) is None
    assert cancel_invitation(used.pk, by=teacher) == other_teacher
    with pytest.raises(InvitationVoid):
        find_invitation(token, now=now)
    assert list(Invitation.objects.all()) == [used]


# --- Sign-in links ------------------------------------------------------------------------------------------------


def parts_of(link: str) -> tuple[str, str]:
    uid, token = link.rstrip("/").rsplit("/", 2)[-2:]
    return uid, token


def test_sign_in_link_is_for_its_account_until_it_signs_in(teacher: User) -> None:
    link = sign_in_link(teacher, "https://quiz.school.test/")

    assert link.startswith("https://quiz.school.test/enter/")
    assert user_of_link(*parts_of(link)) == teacher
    update_last_login(User, teacher)
    assert user_of_link(*parts_of(link)) is None


@pytest.mark.parametrize("ends", ["sign_out", "close"])
def test_sign_in_link_ends_with_all_sessions(ends: str, teacher: User, now: datetime) -> None:
    link = parts_of(sign_in_link(teacher, "https://quiz.school.test"))
    if ends == "sign_out":
        end_all_sessions(teacher)
    else:
        close_account(teacher, now=now)
        reopen_account(teacher, now=now)

    assert user_of_link(*link) is None
    teacher.refresh_from_db()
    assert user_of_link(*parts_of(sign_in_link(teacher, "https://quiz.school.test"))) == teacher


def test_sign_in_link_is_used_by_one_of_two_requests_at_once(teacher: User, now: datetime) -> None:
    link = parts_of(sign_in_link(teacher, "https://quiz.school.test"))
    # Both requests find the link unused, and then each uses it.
    found = [user_of_link(*link), user_of_link(*link)]

    assert [use_sign_in_link(user, now=now) for user in found if user is not None] == [True, False]


def test_sign_in_link_is_used_up_within_the_second_of_the_last_sign_in(teacher: User, now: datetime) -> None:
    teacher.last_login = now
    teacher.save()
    link = sign_in_link(teacher, "https://quiz.school.test")

    assert use_sign_in_link(teacher, now=now + timedelta(milliseconds=1))
    assert user_of_link(*parts_of(link)) is None


def test_sign_in_link_ends_with_a_new_password_or_a_closed_account(teacher: User) -> None:
    link = sign_in_link(teacher, "https://quiz.school.test")
    teacher.is_active = False
    teacher.save()
    assert user_of_link(*parts_of(link)) is None

    teacher.is_active = True
    teacher.set_unusable_password()
    teacher.save()
    assert user_of_link(*parts_of(link)) is None


@pytest.mark.parametrize(("age", "is_good"), [(59 * 60, True), (60 * 60, True), (60 * 60 + 1, False)])
def test_sign_in_link_lasts_an_hour(teacher: User, clock: time_machine.Traveller, age: int, is_good: bool) -> None:
    link = sign_in_link(teacher, "https://quiz.school.test")

    clock.shift(timedelta(seconds=age))

    assert user_of_link(*parts_of(link)) == (teacher if is_good else None)


def test_sign_in_link_is_no_password_reset_and_the_other_way_round(teacher: User, other_teacher: User) -> None:
    uid, token = parts_of(sign_in_link(teacher, "https://quiz.school.test"))
    other_uid = urlsafe_base64_encode(force_bytes(other_teacher.pk))

    assert default_token_generator.check_token(teacher, token) is False
    assert user_of_link(uid, default_token_generator.make_token(teacher)) is None
    assert user_of_link(other_uid, token) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda uid, token: ("", token),
        lambda uid, token: ("!", token),
        lambda uid, token: ("é", token),
        lambda uid, token: (urlsafe_base64_encode(b"no number"), token),
        lambda uid, token: (urlsafe_base64_encode(b"\xff"), token),
        lambda uid, token: (urlsafe_base64_encode(b"9" * 30), token),
        lambda uid, token: (urlsafe_base64_encode(b"9" * 5000), token),
        lambda uid, token: (uid, ""),
        lambda uid, token: (uid, token[:-1]),
        lambda uid, token: (uid, "x" * 5000),
        lambda uid, token: (uid, "’-’"),
    ],
)
def test_sign_in_link_that_was_never_made_is_invalid(
    teacher: User, spoil: Callable[[str, str], tuple[str, str]]
) -> None:
    assert user_of_link(*spoil(*parts_of(sign_in_link(teacher, "https://quiz.school.test")))) is None


def test_sign_in_link_works_with_a_fallback_key(teacher: User, settings: Settings) -> None:
    settings.SECRET_KEY = "first key"
    link = sign_in_link(teacher, "https://quiz.school.test")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second key", ["first key"]
    assert user_of_link(*parts_of(link)) == teacher

    settings.SECRET_KEY_FALLBACKS = []
    assert user_of_link(*parts_of(link)) is None
