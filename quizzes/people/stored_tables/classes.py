"""Tables about classes, their quizzes, and the audit log."""

from quizzes.people.stored_tables.declarations import (
    ID,
    About,
    Copy,
    Deletion,
    StoredTable,
    Term,
    of_class,
)

CLASSES: tuple[StoredTable, ...] = (
    of_class(
        "quizzes_classroom",
        "A class.",
        ID,
        ("public_id", "names the class in addresses of pages, at random"),
        ("name time_zone", "students and teachers know the class, and read its times"),
        ("join_code join_open", "students sign in with the class code"),
        ("sorts_by_first_name", "the order of the roster"),
        ("created_at archived_at erasure_announced_at", "when it ends, and when it will be deleted"),
        ("counts_missing_as_zero", "averages count missing work as 0, or leave it out"),
        ("is_sample", "a sample class to look around, with made-up students"),
        ("reading_variant students_choose_variant", "the level of readings, and whether students may choose another"),
        ("pin_kind", "PINs are digits, pictures, or words"),
        ("supports", "what helps the students of the class to take quizzes, such as read-aloud"),
    ),
    StoredTable(
        "quizzes_teaching",
        "Who teaches a class.",
        About.TEACHERS,
        (ID, ("classroom_id teacher_id", "only its teachers see a class"), ("role", "who may change the class")),
        Term.CLASS,
        Copy.TEACHER,
        Deletion.EITHER,
    ),
    of_class(
        "quizzes_assignment",
        "A quiz that a class gets.",
        ID,
        ("public_id group", "names the quiz in addresses of pages, and joins those that were assigned together"),
        ("edition_id classroom_id own_title is_title_made", "which questions for which class, under which title"),
        ("newer_version_of_id", "which quiz of the class is the older version of it"),
        ("assigned_by_id created_at", "who assigned it when"),
        ("opens_at due_at closes_at time_limit max_attempts attempt_policy", "when and how often it can be taken"),
        ("waits_for_teacher started_in_class_at", "whether the teacher starts it, and when that was"),
        ("paused_at resumed_at", "since when it is paused, and when the last pause ended"),
        (
            "shuffle_questions shuffle_choices release shows_scores is_teacher_paced",
            "the order, who moves on, and when students see the answers and their score",
        ),
    ),
    of_class(
        "quizzes_board",
        "What the class board shows.",
        (
            "assignment_id position phase closed_through changed_at changed_by_id",
            "the question on the board, which ones are closed, and who chose it",
        ),
    ),
    of_class(
        "quizzes_regrade",
        "A correct answer that was changed later.",
        ID,
        ("group assignment_id question_id policy document", "what changed on which quiz"),
        ("reason_kind reason made_by_id made_at undone_by_id undone_at", "why, and who changed it when"),
    ),
    StoredTable(
        "quizzes_auditevent",
        "The audit log: who did what, and who downloaded what. A deletion is in it without names.",
        About.TEACHERS,
        (
            ID,
            ("action actor_id at", "who did what when"),
            ("classroom_id student_id detail", "to which class or student, with the values of the change"),
        ),
        Term.LOG,
        Copy.BOTH,
        Deletion.EITHER,
    ),
)
