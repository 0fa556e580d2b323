from collections import defaultdict
from typing import Any

from django.db import migrations, models

from quizzes.content.question_types.registry import TYPES, parse_question
from quizzes.grading.points import Adjustments, AppliedRegrade, needs_grading


def count_ungraded(apps: Any, schema_editor: Any) -> None:
    """Count the answers of each submitted attempt that a teacher must still grade."""
    questions = {}
    typed = [name for name, question_type in TYPES.items() if question_type.is_typed]
    for row in apps.get_model("quizzes", "Question").objects.filter(type__in=typed).select_related("edition"):
        document = next(document for document in row.edition.document["questions"] if document["key"] == row.key)
        questions[row.pk] = parse_question(document)
    regrades: defaultdict[int, dict[str, list[AppliedRegrade]]] = defaultdict(dict)
    in_force = apps.get_model("quizzes", "Regrade").objects.filter(undone_at=None).order_by("made_at", "pk")
    for row in in_force.select_related("question"):
        regraded = AppliedRegrade(row.policy, parse_question(row.document) if row.document else None)
        regrades[row.assignment_id].setdefault(row.question.key, []).append(regraded)
    graded = set(apps.get_model("quizzes", "ManualGrade").objects.values_list("attempt_id", "question_id"))
    answers = apps.get_model("quizzes", "Answer").objects.filter(
        attempt__submitted_at__isnull=False, question__in=list(questions), value__isnull=False
    )
    columns = "attempt_id", "attempt__assignment_id", "question_id", "value"
    counts: defaultdict[int, int] = defaultdict(int)
    for attempt_id, assignment_id, question_id, value in answers.values_list(*columns).iterator(chunk_size=2000):
        after = Adjustments(regrades[assignment_id])
        if (attempt_id, question_id) not in graded and needs_grading(questions[question_id], value, after):
            counts[attempt_id] += 1
    Attempt = apps.get_model("quizzes", "Attempt")
    for attempt_id, count in counts.items():
        Attempt.objects.filter(pk=attempt_id).update(ungraded_count=count)


class Migration(migrations.Migration):
    """Cache how many answers of an attempt a teacher must still grade."""

    dependencies = [("quizzes", "0010_submitted_grades_and_actions")]
    operations = [
        migrations.AddField("attempt", "ungraded_count", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.RunPython(count_ungraded, migrations.RunPython.noop),
    ]
