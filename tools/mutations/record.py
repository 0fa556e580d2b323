"""What stays as it was, and what is written down."""

from tools.mutations.control import Control, control

CONTROLS: tuple[Control, ...] = (
    control(
        "a published edition never changes",
        "quizzes/migrations/0005_drafts.py",
        "BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
        "BEGIN SELECT 1; END",
        "tests/models/test_models.py",
        "tests/content/drafts/test_saving.py",
        *("-k", "frozen or never_changes or edition or trigger"),
    ),
    *(
        control(
            f"a row of a log is never {word}",
            "quizzes/migrations/0009_logs_only_grow.py",
            text,
            "",
            "tests/models/test_models.py",
            *("-k", "log_only_grows"),
        )
        for word, text in (
            ("changed", '"UPDATE": "is_never_changed", '),
            ("deleted", ', "DELETE": "is_never_deleted"'),
        )
    ),
    control(
        "a regrade is what its preview showed",
        "quizzes/grading/regrades.py",
        "    if _stamp(assignments, submitted) != stamp:\n"
        "        raise StalePreview(len(submitted) - _count_in(stamp))\n",
        "",
        "tests/views/teacher/test_regrades.py",
    ),
    control(
        "a regrade that comes again is one regrade",
        "quizzes/grading/regrades.py",
        "    if regrades:\n        return regrades\n    submitted, _",
        "    submitted, _",
        "tests/views/teacher/test_regrades.py",
        "tests/integration/test_at_once.py",
    ),
    control(
        "a regrade is written down",
        "quizzes/grading/regrades.py",
        "        _record(AuditEvent.Action.REGRADED, regrade, by=by, now=now)\n",
        "        pass\n",
        "tests/views/teacher/test_regrades.py",
    ),
    control(
        "a download of scores is written down",
        "quizzes/files/downloads.py",
        "AuditEvent.Action.SCORES_EXPORTED",
        "AuditEvent.Action.CODE_CHANGED",
        "tests/views/teacher/test_gradebook.py",
    ),
    control(
        "late answers that are accepted are written down",
        "quizzes/attempts/answers.py",
        "AuditEvent.objects.record(\n",
        "(lambda *a, **k: None)(\n",
        "tests/attempts/test_lifecycle.py",
        "tests/assignments/test_accommodations.py",
        "tests/views/teacher/test_accommodations.py",
    ),
    control(
        "a teacher's mark stands whatever is corrected",
        "quizzes/grading/points.py",
        "    if grade is not None:\n",
        "    if grade is not None and not adjustments.regrades.get(question.key):\n",
        "tests/views/teacher/test_regrades.py",
        "tests/reports/test_gradebook.py",
    ),
    control(
        "a site begins no empty database over one that is gone",
        "quizsite/sqlite/prepare.py",
        "    if not init and marker_of(path)",
        "    if False and marker_of(path)",
        "tests/quizsite/test_sqlite_backend.py",
        *("-k", "is_gone"),
    ),
    control(
        "a connection begins no empty database over one that is gone",
        "quizsite/sqlite/base.py",
        "?mode=rw",
        "?mode=rwc",
        "tests/quizsite/test_sqlite_backend.py",
        *("-k", "is_gone"),
    ),
    control(
        "a damaged database is not served",
        "quizsite/sqlite/prepare.py",
        '[verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()',
        'verdict = "ok"',
        "tests/quizsite/test_sqlite_backend.py",
        *("-k", "damaged"),
    ),
    control(
        "SQLite's file is on no network file system",
        "quizsite/sqlite/prepare.py",
        "    if kind is not None:\n",
        "    if False:\n",
        "tests/quizsite/test_sqlite_backend.py",
        *("-k", "network"),
    ),
    control(
        "every transaction on SQLite begins as a writer",
        "quizsite/sqlite/base.py",
        '        if self.transaction_mode != "IMMEDIATE":\n',
        "        if False:\n",
        "tests/quizsite/test_sqlite_backend.py",
        *("-k", "otherwise"),
    ),
)
