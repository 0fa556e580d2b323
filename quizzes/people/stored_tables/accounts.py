"""Tables of teachers' accounts and their sign-in."""

from quizzes.people.stored_tables.declarations import (
    ID,
    About,
    Copy,
    Deletion,
    StoredTable,
    Term,
    of_account,
    unused,
)

ACCOUNTS: tuple[StoredTable, ...] = (
    of_account(
        "quizzes_user",
        "The account of a teacher or of the site's staff.",
        ID,
        ("email password", "sign-in; the password is a slow digest"),
        ("name", "students read it"),
        ("last_login date_joined", "whether the account is in use"),
        ("is_active is_staff is_superuser", "whether the account is closed, and what it may do"),
        ("session_version", "“Sign out everywhere” ends all sessions"),
        ("language", "the language of the pages that the teacher chose, if any"),
    ),
    unused("quizzes_user_groups", "Groups of Django's admin, unused.", ID, ("user_id group_id", "unused")),
    unused(
        "quizzes_user_user_permissions",
        "Permissions of Django's admin, unused.",
        ID,
        ("user_id permission_id", "unused"),
    ),
    of_account(
        "account_emailaddress",
        "Email addresses for links to choose a new password.",
        ID,
        ("user_id email verified primary", "where a link is sent"),
    ),
    of_account(
        "mfa_authenticator",
        "The second step of a teacher's sign-in: an app, a passkey, or recovery codes.",
        ID,
        ("user_id type created_at last_used_at", "which steps the account has, for its own page"),
        ("data", "checks a code or a passkey; secrets are encrypted with the site's secret key"),
    ),
    of_account(
        "socialaccount_socialaccount",
        "The school account that a teacher signs in with.",
        ID,
        ("user_id provider uid", "finds the account; the person’s id at the provider is stored as a digest"),
        ("date_joined last_login", "since when, and when it was last used"),
        ("extra_data", "empty: nothing else of the school account is stored"),
    ),
    unused(
        "socialaccount_socialtoken",
        "Tokens of providers, unused: none is kept.",
        ID,
        ("app_id account_id token token_secret expires_at", "unused"),
    ),
    unused(
        "account_emailconfirmation",
        "Confirmations of email addresses, unused.",
        ID,
        ("email_address_id created sent key", "unused"),
    ),
    unused(
        "django_admin_log",
        "Changes in Django's admin, which here only reads.",
        ID,
        ("action_time user_id content_type_id object_id object_repr action_flag change_message", "unused"),
    ),
    StoredTable(
        "quizzes_invitation",
        "A link that makes one account.",
        About.TEACHERS,
        (
            ID,
            ("token_digest created_at expires_at", "the link works once, for 7 days; only its digest is stored"),
            ("invited_by_id used_at used_by_id", "who invited whom"),
        ),
        Term.INVITATION,
        Copy.TEACHER,
        Deletion.ACCOUNT,
    ),
    StoredTable(
        "django_session",
        "Who is signed in on a browser.",
        About.BOTH,
        (
            ("session_key", "the cookie finds the session; that of a student starts with the row id"),
            (
                "session_data",
                "the row id of the student or teacher, notices until they are shown, what “Undo” needs, and answers to "
                "practice questions and to previews of question sets",
            ),
            ("expire_date", "when it ends"),
        ),
        Term.SESSION,
        Copy.NONE,
        Deletion.EITHER,
    ),
    StoredTable(
        "cache_entries",
        "What holds for a short time: counts of sign-in tries and mails, used codes, access to learning platforms.",
        About.TEACHERS,
        (
            ("cache_key", "a keyed digest of what it is about; no address and no code is readable"),
            (
                "value expires",
                "the moments of the tries, a platform’s access token, or a quiz chosen there, and until when it holds",
            ),
        ),
        Term.LIMIT,
        Copy.NONE,
        Deletion.TERM,
    ),
    StoredTable(
        "quizzes_teachersession",
        "An open session of a teacher, for the list on the account page.",
        About.TEACHERS,
        (
            ID,
            ("user_id key started_at seen_at", "which teacher’s session, since when, and when it was last used"),
            ("browser", "the teacher knows which device it is"),
        ),
        Term.SESSION,
        Copy.TEACHER,
        Deletion.ACCOUNT,
    ),
    of_account(
        "quizzes_hiddentodo",
        "A to-do item that a teacher took off the home page.",
        ID,
        ("user_id key count", "which teacher’s home page, which item, and the number it had"),
    ),
)
