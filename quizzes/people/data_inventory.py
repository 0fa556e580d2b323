"""Every stored column: what it is for, how long it is kept, which copy has it, and what deletes it.

A test compares this with the database, and `manage.py write_privacy_doc` writes docs/privacy.md from it.
"""

from dataclasses import dataclass
from enum import Enum

from quizzes.people.retention import NOTICE


class About(Enum):
    """Whom a table is about."""

    STUDENTS = "students"
    TEACHERS = "teachers"
    CONTENT = "questions and readings, no person"
    SITE = "the site itself, no person"


class Term(Enum):
    """How long rows are kept. {archived}, {log}: days of the site's settings. {class_end}: their longest stay."""

    CLASS = "Until the class or the student is deleted, at the latest {class_end} days after the class is archived"
    ACCOUNT = "Until the account is deleted"
    SET = (
        "Until a day after the set is deleted, or until the account is deleted, longer while a class of another "
        "teacher uses it"
    )
    SITE = "As long as the site"
    LAUNCH = "30 minutes"
    SESSION = "Until sign-out, at the latest 7 days after sign-in"
    DAY = "24 hours"
    WEEK = "7 days"
    DEVICE = "180 days after the last sign-in on it"
    LIMIT = "Until the limit ends, at most 1 day"
    LOG = "{log} days, or until the class or the student is deleted"
    INVITATION = "30 days after it expires, or until the account is deleted"
    MOMENT = "Never past the end of one transaction"

    def in_words(self, *, archived_days: int, log_days: int) -> str:
        """The term in words, with the days of a site's settings."""
        return self.value.format(log=log_days, class_end=archived_days + NOTICE.days)


class Copy(Enum):
    """Which copy for the people that it is about has the rows."""

    STUDENT = "the file and the report of a student"
    TEACHER = "the file of a teacher"
    BOTH = "the file of a student, and the file of a teacher"
    NONE = "none: it tells nothing more about a person"


class Deletion(Enum):
    """What deletes the rows for good."""

    STUDENT = "deleting the student or the class"
    CLASS = "deleting the class"
    ACCOUNT = "deleting the account"
    EITHER = "deleting the student, the class, or the account"
    SET = "deleting the set or the account"
    TERM = "the end of its term"
    NONE = "nothing: it tells nothing about a person"


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table of the database. columns: (names, what they are for); `id` numbers the rows of most tables."""

    name: str
    purpose: str
    about: About
    columns: tuple[tuple[str, str], ...]
    term: Term
    copy: Copy
    deletion: Deletion

    def column_names(self) -> list[str]:
        """The names of the columns, in this order."""
        return [name for names, _ in self.columns for name in names.split()]


def _of_student(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.STUDENTS, columns, Term.CLASS, Copy.STUDENT, Deletion.STUDENT)


def _of_class(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.CLASS, Copy.TEACHER, Deletion.CLASS)


def _of_account(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.ACCOUNT, Copy.TEACHER, Deletion.ACCOUNT)


def _unused(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.ACCOUNT, Copy.NONE, Deletion.ACCOUNT)


def _of_content(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.CONTENT, columns, Term.SET, Copy.NONE, Deletion.SET)


def _of_site(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    return StoredTable(name, purpose, About.SITE, columns, Term.SITE, Copy.NONE, Deletion.NONE)


_ID = ("id", "numbers the rows")

INVENTORY: tuple[StoredTable, ...] = (
    # Students
    _of_student(
        "quizzes_student",
        "A student on a roster. A first name and a last initial are enough.",
        _ID,
        ("public_id", "names the student in addresses of pages, at random"),
        ("classroom_id", "the class"),
        ("display_name family_name name_key sort_key", "students find their name, and teachers know their work"),
        ("external_id", "the school's own number, for gradebook files and roster sync, only if the teacher keeps it"),
        ("language", "the language of the pages that the student chose, if any"),
        ("pin_version", "the PIN is computed from it and the secret key; the database has no PIN"),
        ("created_at removed_at", "when the student was on the roster"),
        ("reading_variant chosen_variant", "the level at which the student gets readings"),
    ),
    _of_student(
        "quizzes_attempt",
        "One attempt at a quiz.",
        _ID,
        ("public_id", "names the attempt in addresses of pages, at random"),
        ("assignment_id student_id classroom_id number", "whose attempt it is, and which one"),
        ("medium", "whether it was on paper"),
        ("seed shuffle_questions shuffle_choices", "the order of questions and answer choices"),
        ("time_limit started_at deadline_at submitted_at submitted_by", "what is in time and what is late"),
        ("receipt", "finds the attempt if something looks wrong"),
        ("score max_score ungraded_count", "the gradebook, and which answers a teacher must grade"),
        ("carried_from_id", "the attempt in an earlier class that it is a copy of"),
    ),
    _of_student(
        "quizzes_answer",
        "The current answer to one question.",
        _ID,
        ("attempt_id question_id", "which answer it is"),
        ("value", "the answer; students can continue and get a score"),
        ("revision saved_at checked_at", "which of two saves is newer, and whether it is final"),
        ("flagged", "the student wants to look at the question again"),
    ),
    _of_student(
        "quizzes_answerevent",
        "One save as it arrived. It explains lost or late answers.",
        _ID,
        ("attempt_id question_id operation", "which save it is, also if it comes twice"),
        ("value revision outcome at", "what was saved when, and whether it counted"),
    ),
    _of_student(
        "quizzes_manualgrade",
        "Points that a teacher gave for one answer.",
        _ID,
        ("attempt_id question_id points comment made_by_id made_at", "the grade, and who gave it when"),
        ("group undone_at", "which grades were saved together, and whether they were undone"),
    ),
    _of_student(
        "quizzes_accommodation",
        "More time on every quiz.",
        _ID,
        ("student_id time_factor changed_at", "how much more time"),
    ),
    _of_student(
        "quizzes_extension",
        "Later times or more attempts on one quiz.",
        _ID,
        ("assignment_id student_id due_at closes_at extra_attempts", "what the student gets"),
        ("reason given_by_id given_at", "why, and who gave it when"),
    ),
    _of_student(
        "quizzes_excuse",
        "A quiz that does not count for one student.",
        _ID,
        ("assignment_id student_id", "whom it excuses from what"),
        ("reason given_by_id given_at", "why, and who gave it when"),
    ),
    StoredTable(
        "quizzes_presence",
        "The last message of an open quiz page. Teachers see who is stuck or offline.",
        About.STUDENTS,
        (("attempt_id question_id seen_at", "which question was open when"),),
        Term.DAY,
        Copy.STUDENT,
        Deletion.STUDENT,
    ),
    StoredTable(
        "quizzes_failedtry",
        "A wrong class code or PIN. It stops guessing.",
        About.STUDENTS,
        (
            _ID,
            ("kind at", "what was wrong when"),
            ("student_id", "whose PIN was tried"),
            ("address device", "keyed digests of the network address and of the browser's random number"),
            ("target", "a keyed digest of the email or attempt that was tried"),
            ("is_known_address is_known_device", "whether the student signed in from there before"),
        ),
        Term.WEEK,
        Copy.STUDENT,
        Deletion.STUDENT,
    ),
    StoredTable(
        "quizzes_knowndevice",
        "A browser that signed in before. Wrong PINs and passwords of others do not lock it.",
        About.STUDENTS,
        (
            _ID,
            ("student_id user_id", "who signed in on it"),
            ("device address used_at", "keyed digests of the browser's random number and network address, and when"),
        ),
        Term.DEVICE,
        Copy.NONE,
        Deletion.EITHER,
    ),
    StoredTable(
        "quizzes_teachersession",
        "An open session of a teacher, for the list on the account page.",
        About.TEACHERS,
        (
            _ID,
            ("user_id key started_at seen_at", "whose session, since when, and when it was last used"),
            ("browser", "the teacher knows which device it is"),
        ),
        Term.SESSION,
        Copy.NONE,
        Deletion.ACCOUNT,
    ),
    _of_account(
        "quizzes_hiddentodo",
        "A to-do item that a teacher took off the home page.",
        _ID,
        ("user_id key count", "whose home page, which item, and the number it had"),
    ),
    # Classes
    _of_class(
        "quizzes_classroom",
        "A class.",
        _ID,
        ("public_id", "names the class in addresses of pages, at random"),
        ("name time_zone", "students and teachers know the class, and read its times"),
        ("join_code join_open", "students sign in with the class code"),
        ("sorts_by_first_name", "the order of the roster"),
        ("created_at archived_at erasure_announced_at", "when it ends, and when it will be deleted"),
        ("counts_missing_as_zero", "averages count missing work as 0, or leave it out"),
        ("is_sample", "a sample class to look around, with invented students"),
        ("reading_variant students_choose_variant", "the level of readings, and whether students may choose another"),
    ),
    StoredTable(
        "quizzes_teaching",
        "Who teaches a class.",
        About.TEACHERS,
        (_ID, ("classroom_id teacher_id", "only its teachers see a class"), ("role", "who may change the class")),
        Term.CLASS,
        Copy.TEACHER,
        Deletion.EITHER,
    ),
    _of_class(
        "quizzes_assignment",
        "A quiz that a class gets.",
        _ID,
        ("public_id group", "names the quiz in addresses of pages, and joins those that were assigned together"),
        ("edition_id classroom_id own_title", "which questions for which class, under which title"),
        ("assigned_by_id created_at", "who assigned it when"),
        ("opens_at due_at closes_at time_limit max_attempts attempt_policy", "when and how often it can be taken"),
        (
            "shuffle_questions shuffle_choices release is_teacher_paced",
            "the order, who moves on, and when students see the answers",
        ),
    ),
    _of_class(
        "quizzes_board",
        "What the class board shows.",
        (
            "assignment_id position phase closed_through changed_at changed_by_id",
            "the question on the board, which ones are closed, and who chose it",
        ),
    ),
    _of_class(
        "quizzes_regrade",
        "A correct answer that was changed later.",
        _ID,
        ("group assignment_id question_id policy document", "what changed on which quiz"),
        ("reason made_by_id made_at undone_by_id undone_at", "why, and who changed it when"),
    ),
    StoredTable(
        "quizzes_auditevent",
        "The audit log: who did what, and who downloaded what. A deletion is in it without names.",
        About.TEACHERS,
        (
            _ID,
            ("action actor_id at", "who did what when"),
            ("classroom_id student_id detail", "to which class or student, with the values of the change"),
        ),
        Term.LOG,
        Copy.BOTH,
        Deletion.EITHER,
    ),
    # A learning platform
    _of_student(
        "quizzes_ltistudent",
        "A learner of a course on the school's learning platform, and the student here.",
        _ID,
        (
            "course_id subject student_id",
            "a launch leads to the right student; the platform's own id, no email address",
        ),
    ),
    _of_student(
        "quizzes_ltiscore",
        "The newest score of a student for the learning platform.",
        _ID,
        ("link_id lti_student_id points max_points progress", "the score that the platform gets"),
        ("changed_at sent_at tries try_at error", "what was sent, and what must be sent again"),
    ),
    StoredTable(
        "quizzes_lticourse",
        "A course of the learning platform, and the class here.",
        About.TEACHERS,
        (_ID, ("deployment_id context_id classroom_id members_url", "launches reach the right class")),
        Term.CLASS,
        Copy.NONE,
        Deletion.CLASS,
    ),
    StoredTable(
        "quizzes_ltilink",
        "A link in such a course, and the quiz that it opens.",
        About.TEACHERS,
        (_ID, ("course_id resource_link_id assignment_id line_item_url", "launches and scores reach the right quiz")),
        Term.CLASS,
        Copy.NONE,
        Deletion.CLASS,
    ),
    _unused(
        "quizzes_ltiteacher",
        "A person of the learning platform who teaches with an account here.",
        _ID,
        ("platform_id subject user_id", "a launch signs in to the right account"),
    ),
    StoredTable(
        "quizzes_ltilaunch",
        "One launch from the learning platform, with the name that the platform told.",
        About.STUDENTS,
        (
            _ID,
            ("public_id platform_id expires_at", "which launch it is"),
            ("browser_digest state_digest nonce_digest", "it works once, in one browser; only digests are stored"),
            ("claims", "who launched what from which course"),
        ),
        Term.LAUNCH,
        Copy.NONE,
        Deletion.TERM,
    ),
    _of_site(
        "quizzes_ltiplatform",
        "A learning platform that the operator registered.",
        _ID,
        ("name issuer client_id login_url token_url key_set_url auth_audience", "where it is"),
        ("key_set key_set_at", "its public keys"),
        ("is_active created_at", "whether launches are taken"),
    ),
    _of_site(
        "quizzes_ltideployment",
        "A place on such a platform from which launches are taken.",
        _ID,
        ("platform_id deployment_id", "launches from other places are refused"),
    ),
    _of_site(
        "quizzes_ltikey",
        "A key that signs what the site sends to platforms.",
        _ID,
        ("kid private_key created_at retired_at", "the key"),
    ),
    _of_site(
        "quizzes_ltiregistrationlink",
        "A link with which one platform registers itself.",
        _ID,
        ("token_digest expires_at", "the link works once; only its digest is stored"),
    ),
    # Accounts
    _of_account(
        "quizzes_user",
        "The account of a teacher or of the site's staff.",
        _ID,
        ("email password", "sign-in; the password is a slow digest"),
        ("name", "students read it"),
        ("last_login date_joined", "whether the account is in use"),
        ("is_active is_staff is_superuser", "whether the account is closed, and what it may do"),
        ("session_version", "“Sign out everywhere” ends all sessions"),
    ),
    _unused("quizzes_user_groups", "Groups of Django's admin, unused.", _ID, ("user_id group_id", "unused")),
    _unused(
        "quizzes_user_user_permissions",
        "Permissions of Django's admin, unused.",
        _ID,
        ("user_id permission_id", "unused"),
    ),
    _of_account(
        "account_emailaddress",
        "Email addresses for links to choose a new password.",
        _ID,
        ("user_id email verified primary", "where a link is sent"),
    ),
    _of_account(
        "mfa_authenticator",
        "The second step of a teacher's sign-in: an app, a passkey, or recovery codes.",
        _ID,
        ("user_id type created_at last_used_at", "which steps the account has, for its own page"),
        ("data", "checks a code or a passkey; secrets are encrypted with the site's secret key"),
    ),
    _unused(
        "account_emailconfirmation",
        "Confirmations of email addresses, unused.",
        _ID,
        ("email_address_id created sent key", "unused"),
    ),
    _unused(
        "django_admin_log",
        "Changes in Django's admin, which here only reads.",
        _ID,
        ("action_time user_id content_type_id object_id object_repr action_flag change_message", "unused"),
    ),
    StoredTable(
        "quizzes_invitation",
        "A link that makes one account.",
        About.TEACHERS,
        (
            _ID,
            ("token_digest created_at expires_at", "the link works once, for 7 days; only its digest is stored"),
            ("invited_by_id used_at used_by_id", "who invited whom"),
        ),
        Term.INVITATION,
        Copy.TEACHER,
        Deletion.ACCOUNT,
    ),
    StoredTable(
        "django_session",
        "Who is signed in on a browser, and the sample quiz without an account.",
        About.TEACHERS,
        (
            ("session_key", "the cookie finds the session"),
            ("session_data", "the row id of the student or teacher, and answers to sample questions"),
            ("expire_date", "when it ends"),
        ),
        Term.SESSION,
        Copy.NONE,
        Deletion.EITHER,
    ),
    StoredTable(
        "cache_entries",
        "Counts of sign-in tries by teachers. They stop guessing.",
        About.TEACHERS,
        (
            ("cache_key", "a keyed digest of what is counted; no address is readable"),
            ("value expires", "the moments of the tries, and when the limit ends"),
        ),
        Term.LIMIT,
        Copy.NONE,
        Deletion.TERM,
    ),
    # Content
    StoredTable(
        "quizzes_questionset",
        "A question set.",
        About.TEACHERS,
        (
            _ID,
            ("public_id slug title summary reading_id", "what it is called, and its reading"),
            ("owner_id", "who wrote it; empty for a built-in set"),
            ("public_until", "until when visitors could try its questions"),
            ("archived_at deleted_at", "since when lists leave it out; a deleted set is gone after a day"),
            ("copied_from_id", "the set that it began as a copy of"),
        ),
        Term.SET,
        Copy.TEACHER,
        Deletion.SET,
    ),
    StoredTable(
        "quizzes_setshare",
        "With whom a teacher shares a question set.",
        About.TEACHERS,
        (_ID, ("question_set_id user_id created_at", "who may use and copy it; no user: all teachers")),
        Term.SET,
        Copy.TEACHER,
        Deletion.ACCOUNT,
    ),
    StoredTable(
        "quizzes_draft",
        "The next version of a question set.",
        About.TEACHERS,
        (_ID, ("question_set_id document revision changed_at changed_by_id", "its text, and who changed it when")),
        Term.SET,
        Copy.TEACHER,
        Deletion.SET,
    ),
    _of_content(
        "quizzes_edition",
        "A published version of a question set.",
        _ID,
        ("question_set_id number content_hash document max_points", "the reading and the questions"),
        ("published_at published_by_id note", "who published it when"),
    ),
    _of_content(
        "quizzes_question",
        "A question of a version.",
        _ID,
        ("edition_id key position type objective points", "which question it is, and what it is worth"),
    ),
    _of_content(
        "quizzes_reading",
        "A reading on a news story.",
        _ID,
        ("source_id title language document", "the text that students read"),
    ),
    _of_content(
        "quizzes_source",
        "A news story.",
        _ID,
        ("slug publisher title author url published_on date_note", "the story that a reading cites"),
        ("teaching_guide", "how to teach with the story"),
    ),
    # The site
    StoredTable(
        "quizzes_erasureinprogress",
        "A row while a deletion runs. It lets that transaction, and no other, delete from the logs.",
        About.SITE,
        (("id", "always 1"),),
        Term.MOMENT,
        Copy.NONE,
        Deletion.NONE,
    ),
    _of_site(
        "quizsite_sitestate",
        "One fact of the site: when the jobs and the last backup ran, a digest of the secret key, its address.",
        ("name value at", "the fact"),
    ),
    _of_site("auth_group", "Groups of Django's admin, unused.", _ID, ("name", "unused")),
    _of_site("auth_group_permissions", "Groups of Django's admin, unused.", _ID, ("group_id permission_id", "unused")),
    _of_site("auth_permission", "Names of permissions.", _ID, ("name content_type_id codename", "unused")),
    _of_site("django_content_type", "Names of tables.", _ID, ("app_label model", "names of tables")),
    _of_site("django_migrations", "Changes of the tables.", _ID, ("app name applied", "which changes were made when")),
)

# (file in the data folder, what it holds, how long it is kept)
FILES: tuple[tuple[str, str, str], ...] = (
    ("footnote.sqlite3", "the tables below; on PostgreSQL they are on its server", "see each table"),
    ("footnote.sqlite3-wal, -shm", "the newest changes, until SQLite moves them into the file", "see each table"),
    ("footnote.sqlite3.line, .turn, .made", "empty: the queue of writers", "as long as the site"),
    ("secret_key", "the key of sessions, PINs and digests", "as long as the site"),
    (
        "erasures.jsonl",
        "each deletion for good: kind, random id, receipt and time, without names; a restored backup needs it",
        "as long as the site",
    ),
    ("erasure.pending", "empty: the database’s files must still be cleared of deleted rows", "until they are"),
    ("static, housekeeping.lock", "files of the pages; which process runs the periodic jobs", "as long as the site"),
)


INTRODUCTION = """\
# Privacy: what is stored, why, and for how long

`manage.py write_privacy_doc` writes this page from `quizzes/people/data_inventory.py`. A test fails if a column of
the database is not in it. The site's own privacy page says the same in short for students, parents and teachers.

Days are the defaults. `FOOTNOTE_KEEP_ARCHIVED_DAYS` and `FOOTNOTE_KEEP_LOG_DAYS` change them, and the site's privacy
page shows the site's own. An archived class is announced on its teachers' home pages for {notice} days before it is
deleted. A class that no one archives stays. Periodic jobs delete what is past its term within a minute.

A deletion for good removes the rows and then rewrites the database's files. On PostgreSQL, VACUUM frees the space for
new rows; the server's own log and backups keep older copies until they are replaced. `manage.py reapply_erasures`
deletes again what a restored backup brought back."""


def privacy_document(*, archived_days: int, log_days: int) -> str:
    """docs/privacy.md."""
    lines = [
        *INTRODUCTION.format(notice=NOTICE.days).splitlines(),
        "",
        "## Files in the data folder",
        "| file | holds | kept |",
        "| --- | --- | --- |",
        *(f"| {name} | {holds} | {kept} |" for name, holds, kept in FILES),
        "",
        "## Tables",
    ]
    for table in INVENTORY:
        term = table.term.in_words(archived_days=archived_days, log_days=log_days)
        lines += [
            "",
            f"### {table.name}",
            f"{table.purpose} About: {table.about.value}.",
            "",
            f"- Kept: {term[0].lower()}{term[1:]}.",
            f"- Copy: {table.copy.value}. Deleted by: {table.deletion.value}.",
            "",
            "| columns | for |",
            "| --- | --- |",
            *(f"| {', '.join(names.split())} | {purpose} |" for names, purpose in table.columns),
        ]
    return "\n".join(lines) + "\n"
