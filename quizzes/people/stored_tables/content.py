"""Tables of question sets and readings."""

from quizzes.people.stored_tables.declarations import (
    ID,
    About,
    Copy,
    Deletion,
    StoredTable,
    Term,
    of_content,
)

CONTENT: tuple[StoredTable, ...] = (
    StoredTable(
        "quizzes_questionset",
        "A question set.",
        About.TEACHERS,
        (
            ID,
            ("public_id slug title summary texts reading_id", "what it is called in each language, and its reading"),
            ("owner_id", "who wrote it; empty for a built-in set"),
            ("public_until", "until when visitors could try its questions"),
            ("archived_at deleted_at", "since when lists leave it out; a deleted set is gone after a day"),
            ("copied_from_id", "the set that it was copied from"),
        ),
        Term.SET,
        Copy.TEACHER,
        Deletion.SET,
    ),
    StoredTable(
        "quizzes_setshare",
        "Who can use a question set of a teacher.",
        About.TEACHERS,
        (ID, ("question_set_id user_id created_at", "who may use and copy it; no user: all teachers")),
        Term.SET,
        Copy.TEACHER,
        Deletion.ACCOUNT,
    ),
    StoredTable(
        "quizzes_draft",
        "The next version of a question set.",
        About.TEACHERS,
        (ID, ("question_set_id document revision changed_at changed_by_id", "its text, and who changed it when")),
        Term.SET,
        Copy.TEACHER,
        Deletion.SET,
    ),
    of_content(
        "quizzes_edition",
        "A published version of a question set.",
        ID,
        ("question_set_id number content_hash document max_points", "the reading and the questions"),
        ("published_at published_by_id note", "who published it when"),
    ),
    StoredTable(
        "quizzes_storedpicture",
        "A picture of a question set, without the data of its camera.",
        About.TEACHERS,
        (
            ID,
            ("question_set_id digest", "which picture of which set it is"),
            ("content media_type width height", "the picture as pages show it"),
            ("created_at published_at", "since when it is kept; one that no version has goes after a day without use"),
        ),
        Term.SET,
        Copy.TEACHER,
        Deletion.SET,
    ),
    of_content(
        "quizzes_question",
        "A question of a version.",
        ID,
        ("edition_id key position type objective points", "which question it is, and what it is worth"),
    ),
    of_content(
        "quizzes_reading",
        "A reading on a news story.",
        ID,
        ("source_id title language document", "the text that students read"),
    ),
    of_content(
        "quizzes_source",
        "A news story.",
        ID,
        ("slug publisher title author url published_on date_note", "the story that a reading cites"),
        ("teaching_guide", "how to teach with the story"),
    ),
)
