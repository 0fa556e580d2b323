"""Every stored column: what it is for, how long it is kept, which copy has it, and what deletes it.

The tables are in `quizzes/people/stored_tables/`. A test compares them with the database, and
`manage.py write_privacy_doc` writes docs/privacy.md from them.
"""

from quizzes.people.retention import NOTICE
from quizzes.people.stored_tables.accounts import ACCOUNTS
from quizzes.people.stored_tables.classes import CLASSES
from quizzes.people.stored_tables.content import CONTENT
from quizzes.people.stored_tables.declarations import StoredTable
from quizzes.people.stored_tables.learning_platforms import LEARNING_PLATFORMS
from quizzes.people.stored_tables.site import SITE
from quizzes.people.stored_tables.students import STUDENTS

INVENTORY: tuple[StoredTable, ...] = (*STUDENTS, *CLASSES, *LEARNING_PLATFORMS, *ACCOUNTS, *CONTENT, *SITE)

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
    (
        "backup.failed",
        "after a scheduled backup that failed: how many minutes to wait",
        "until a backup is made or the site is started",
    ),
    ("metrics", "with `FOOTNOTE_METRICS`: numbers of requests and saves, without names", "until the next start"),
    (
        "backups",
        "copies of the database, the secret key and erasures.jsonl: all personal data; `FOOTNOTE_BACKUPS` names "
        "another folder",
        "until as many more days as `FOOTNOTE_BACKUPS_DAILY` have a backup, 14 by default",
    ),
    (
        "before-restore-…",
        "what a restore replaced: the database, the secret key and erasures.jsonl, with all personal data; on "
        "PostgreSQL the database is on the server, renamed",
        "until the operator deletes it",
    ),
    (
        "restore.staged, restore.committed",
        "while a restore runs: the copy of the backup",
        "until the restore ends; after a kill, until the next one",
    ),
    (
        "moved_to_postgresql",
        "empty: the site is on PostgreSQL. After a move, footnote.sqlite3 is as it was before, with all personal data",
        "until the operator deletes both",
    ),
    ("static, static-sources, staticfiles.json", "files of the pages and their names", "as long as the site"),
    (
        "housekeeping.lock, site.lock, serve.lock, erasures.lock",
        "empty: which process runs the periodic jobs; whether the site is served or restored; which process serves it; "
        "whether something is being deleted for good",
        "as long as the site",
    ),
)


INTRODUCTION = """\
# Privacy: what is stored, why, and for how long

`manage.py write_privacy_doc` writes this page from `quizzes/people/stored_tables/`. A test fails if a column of
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
