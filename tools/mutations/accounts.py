"""Teachers' accounts and the admin."""

from tools.mutations.control import Control, control

CONTROLS: tuple[Control, ...] = (
    control(
        "an invitation works once",
        "quizzes/models/accounts.py",
        "Q(invited_by__is_active=True), used_at=None, expires_at__gt=now)",
        "Q(invited_by__is_active=True), expires_at__gt=now)",
        "tests/people/test_accounts.py",
        "tests/views/test_accounts.py",
    ),
    control(
        "an invitation expires",
        "quizzes/models/accounts.py",
        "Q(invited_by__is_active=True), used_at=None, expires_at__gt=now)",
        "Q(invited_by__is_active=True), used_at=None)",
        "tests/people/test_accounts.py",
    ),
    control(
        "a closed account's invitations open nothing",
        "quizzes/models/accounts.py",
        "return self.filter(Q(invited_by=None) | Q(invited_by__is_active=True), used_at",
        "return self.filter(used_at",
        "tests/people/test_accounts.py",
    ),
    control(
        "a teacher has so many open invitations",
        "quizzes/people/accounts.py",
        "        if open_invitations(by, now=now).count() >= OPEN_INVITATIONS:\n            raise TooManyInvitations\n",
        "",
        "tests/people/test_accounts.py",
    ),
    control(
        "a sign-in link opens one session of two at the same time",
        "quizzes/people/accounts.py",
        "filter(pk=user.pk, last_login=user.last_login)",
        "filter(pk=user.pk)",
        "tests/people/test_accounts.py",
    ),
    control(
        "nobody signs up without an invitation",
        "quizzes/views/account_adapter.py",
        "return accepted_invitation(request) is not None",
        "return True",
        "tests/views/test_accounts.py",
    ),
    control(
        "a sign-in link works once",
        "quizzes/people/accounts.py",
        "user if user is not None and _sign_in_links.check_token(user, token) else None",
        "user",
        "tests/people/test_accounts.py",
        "tests/views/test_accounts.py",
        *("-k", "link"),
    ),
    control(
        "a link that is only looked at signs nobody in",
        "quizzes/views/accounts.py",
        '    if request.method == "GET" and user is not None:\n'
        '        return render(request, "public/use_sign_in_link.html", {"entering": user})\n',
        "",
        "tests/views/test_accounts.py",
        *("-k", "link"),
    ),
    control(
        "a teacher who signs in sends the student out",
        "quizzes/views/account_adapter.py",
        "        end_student_session(request.session)\n",
        "",
        "tests/views/test_accounts.py",
    ),
    control(
        "a teacher's session ends",
        "quizzes/people/teacher_sessions.py",
        "    session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE)\n",
        "",
        "tests/quizsite/test_sessions.py",
        *("-k", "week"),
    ),
    control(
        "signing in leads nowhere else",
        "quizzes/views/account_adapter.py",
        "            safe: bool = super().is_safe_url(url)\n",
        "            safe = True\n",
        "tests/quizsite/test_sessions.py",
        *("-k", "nowhere"),
    ),
    control(
        "passwords have twelve characters",
        "quizsite/settings.py",
        '"OPTIONS": {"min_length": 12},',
        '"OPTIONS": {"min_length": 4},',
        "tests/quizsite/test_settings.py",
        *("-k", "password"),
    ),
    control(
        "passwords are slow to guess",
        "quizsite/hashers.py",
        "memory_cost = 19 * 1024",
        "memory_cost = 1024",
        "tests/quizsite/test_settings.py",
        *("-k", "password"),
    ),
    control(
        "sign-in failures are counted where every process sees them",
        "quizsite/settings.py",
        '"django.core.cache.backends.db.DatabaseCache"',
        '"django.core.cache.backends.dummy.DummyCache"',
        "tests/quizsite/test_settings.py",
        "tests/views/test_accounts.py",
        *("-k", "rate or tries or failures"),
    ),
    control(
        "the admin has no sign-in of its own",
        "quizsite/urls.py",
        "admin.site.login = secure_admin_login(admin.site.login)",
        "admin.site.login = admin.site.login",
        "tests/quizsite/test_settings.py",
        *("-k", "admin"),
    ),
    *(
        control(
            f"the admin {verb} nothing",
            "quizzes/admin.py",
            text,
            text.replace("False", "True"),
            "tests/models/test_admin.py",
        )
        for verb, text in (
            ("adds", "def has_add_permission(self, request: HttpRequest) -> bool:\n        return False"),
            (
                "changes",
                "def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:\n"
                "        return False",
            ),
            (
                "deletes",
                "def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:\n"
                "        return False",
            ),
        )
    ),
    control(
        "20 wrong passwords of others lock nobody out",
        "quizzes/people/teacher_sign_in.py",
        "ADDRESS_TRIES = 10, 25, 100",
        "ADDRESS_TRIES = 10, 10, 10",
        "tests/views/test_accounts.py",
        *("-k", "right_password_gets_in"),
    ),
    control(
        "a teacher's own device gets in whatever others type",
        "quizzes/people/teacher_sign_in.py",
        "    if is_known:\n",
        "    if False:\n",
        "tests/views/test_accounts.py",
        *("-k", "device_of_the_teacher"),
    ),
    control(
        "wrong passwords for an account make new devices wait",
        "quizzes/people/teacher_sign_in.py",
        "ADDRESS_TRIES = 10, 25, 100",
        "ADDRESS_TRIES = 10, 25_000, 100",
        "tests/views/test_accounts.py",
        *("-k", "wait_ever_longer"),
    ),
    control(
        "after sign-in a teacher is back on the page of the button",
        "quizsite/middleware.py",
        "redirect_to_login(page_before(request) or resolve_url(",
        "redirect_to_login(resolve_url(",
        "tests/integration/test_access.py",
        *("-k", "sign_in"),
    ),
)
