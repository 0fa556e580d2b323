"""Tables of the connection with a school's learning platform."""

from quizzes.people.stored_tables.declarations import (
    ID,
    About,
    Copy,
    Deletion,
    StoredTable,
    Term,
    of_account,
    of_site,
    of_student,
)

LEARNING_PLATFORMS: tuple[StoredTable, ...] = (
    of_student(
        "quizzes_ltistudent",
        "A learner of a course on the school's learning platform, and the student here.",
        ID,
        (
            "course_id subject student_id",
            "a launch leads to the right student; the platform's own id, no email address",
        ),
    ),
    of_student(
        "quizzes_ltiscore",
        "The newest score of a student for the learning platform.",
        ID,
        ("link_id lti_student_id points max_points progress", "the score that the platform gets"),
        ("changed_at sent_at tries try_at error", "what was sent, and what must be sent again"),
    ),
    StoredTable(
        "quizzes_lticourse",
        "A course of the learning platform, and the class here.",
        About.TEACHERS,
        (
            ID,
            ("deployment_id context_id classroom_id members_url", "launches reach the right class"),
            ("title", "names the course in the settings of the class"),
        ),
        Term.CLASS,
        Copy.NONE,
        Deletion.CLASS,
    ),
    StoredTable(
        "quizzes_ltilink",
        "A link in such a course, and the quiz that it opens.",
        About.TEACHERS,
        (
            ID,
            ("course_id resource_link_id assignment_id line_item_url", "launches and scores reach the right quiz"),
            ("line_items_url item_tries item_try_at item_error", "a missing column of the gradebook is made"),
        ),
        Term.CLASS,
        Copy.NONE,
        Deletion.CLASS,
    ),
    of_account(
        "quizzes_ltiteacher",
        "A person of the learning platform who teaches with an account here.",
        ID,
        ("platform_id subject user_id", "a launch signs in to the right account; the platform's own id"),
    ),
    StoredTable(
        "quizzes_ltilaunch",
        "One launch from the learning platform, with the name that the platform gave.",
        About.STUDENTS,
        (
            ID,
            ("public_id platform_id expires_at", "which launch it is"),
            ("browser_digest nonce_digest", "it works once, in one browser; only digests are stored"),
            ("claims", "who launched what from which course"),
        ),
        Term.LAUNCH,
        Copy.NONE,
        Deletion.TERM,
    ),
    of_site(
        "quizzes_ltiplatform",
        "A learning platform that the operator registered.",
        ID,
        ("name issuer client_id login_url token_url key_set_url auth_audience", "where it is"),
        ("key_set key_set_at", "its public keys"),
        ("is_active created_at", "whether launches are allowed"),
    ),
    of_site(
        "quizzes_ltideployment",
        "A deployment on such a platform. Launches from it are allowed.",
        ID,
        ("platform_id deployment_id", "launches from other places are refused"),
    ),
    of_site(
        "quizzes_ltikey",
        "A key that signs what the site sends to platforms.",
        ID,
        ("kid private_key created_at retired_at", "the key"),
    ),
    of_site(
        "quizzes_ltiregistrationlink",
        "A link that a platform uses once to register itself.",
        ID,
        ("token_digest expires_at", "the link works once; only its digest is stored"),
    ),
)
