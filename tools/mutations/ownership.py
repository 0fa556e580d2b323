"""Controls of the teacher that each row belongs to."""

from tools.mutations.control import Control, control

ACCESS = "tests/integration/test_access.py::test_address_opens_for_whom_it_should"

CONTROLS: tuple[Control, ...] = (
    control(
        "only its teachers open a class",
        "quizzes/models/rosters.py",
        "return self.filter(teachers=user)",
        "return self.all()",
        *(ACCESS, "-k", "gradebook or roster"),
    ),
    control(
        "only their teachers open a student's page",
        "quizzes/models/rosters.py",
        "return self.filter(classroom__teachers=user)",
        "return self.all()",
        *(ACCESS, "-k", "student_history or change_pin"),
    ),
    control(
        "only teachers of the class open an assignment",
        "quizzes/models/assignments.py",
        "return self.filter(classroom__teachers=user)",
        "return self.all()",
        *(ACCESS, "-k", "assignment_progress or item_analysis"),
    ),
    control(
        "only teachers of the class read an attempt",
        "quizzes/models/attempts.py",
        "return self.filter(classroom__teachers=user)",
        "return self.all()",
        *(ACCESS, "-k", "attempt_review or reopen_attempt"),
    ),
    control(
        "a viewer of a class changes nothing",
        "quizzes/people/class_roles.py",
        "return role in EDITORS",
        "return True",
        *(ACCESS, "-k", "change_pin or sign_in_cards or add_person"),
    ),
    control(
        "only its student opens an attempt",
        "quizzes/attempts/access.py",
        "if attempt is None or attempt.student.id != session.student_id:",
        "if attempt is None:",
        *(ACCESS, "-k", "take_attempt or receipt"),
    ),
    control(
        "a set that a teacher owns is closed to others",
        "quizzes/models/question_sets.py",
        "self.filter(Q(owner=None) & ~Q(slug=TRY_OUT) | Q(owner=user) | Q(pk__in=shared), deleted_at=None)",
        "self.filter(deleted_at=None)",
        "tests/content/test_editions.py",
        "tests/views/teacher/editor/test_questions.py",
    ),
    control(
        "the public try-out cannot be assigned",
        "quizzes/models/question_sets.py",
        "Q(owner=None) & ~Q(slug=TRY_OUT)",
        "Q(owner=None)",
        "tests/views/test_previews.py",
        *("-k", "try_out"),
    ),
    control(
        "only its owner opens a draft",
        "quizzes/views/teacher/editor/access.py",
        "Draft.objects.owned_by(request.user), question_set__public_id",
        "Draft.objects.all(), question_set__public_id",
        *(ACCESS, "-k", "edit_source or publish_set"),
    ),
    control(
        "undoing a regrade changes only the teacher's own classes",
        "quizzes/grading/regrades.py",
        "assignments = _reached(here, by).filter(regrades__group=group)",
        "assignments = Assignment.objects.filter(regrades__group=group)",
        "tests/views/teacher/test_regrades.py",
        *("-k", "undo"),
    ),
    control(
        "pages of teachers need an account",
        "quizsite/settings.py",
        '    "quizsite.middleware.LoginRequired",\n',
        "",
        *(ACCESS, "-k", "teacher_home or add_classroom"),
    ),
)
