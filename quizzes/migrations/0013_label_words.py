from django.db import migrations, models


class Migration(migrations.Migration):
    """Change labels and error messages. No table changes."""

    dependencies = [
        ("quizzes", "0012_family_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="answerevent",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("saved", "Saved"),
                    ("stale", "Not used: a newer answer was saved"),
                    ("settled", "Not used: it was already checked"),
                    ("late", "Late, not counted"),
                    ("accepted", "Late, accepted by the teacher"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="medium",
            field=models.CharField(
                choices=[("screen", "Online"), ("paper", "On paper")],
                db_default="screen",
                default="screen",
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="regrade",
            name="policy",
            field=models.CharField(
                choices=[
                    ("new_key", "New answer only"),
                    ("either_key", "Accept both answers"),
                    ("drop", "Drop the question"),
                    ("full_credit", "Full credit for everyone"),
                ],
                max_length=11,
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_once_per_group_and_classroom",
            constraint=models.UniqueConstraint(
                fields=("group", "classroom"),
                name="assignment_once_per_group_and_classroom",
                violation_error_message="This class already has this quiz.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_closes_after_it_opens",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None), ("closes_at", None), ("closes_at__gt", models.F("opens_at")), _connector="OR"
                ),
                name="assignment_closes_after_it_opens",
                violation_error_message="“Closes” is before “Opens”.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_due_after_it_opens",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None), ("due_at", None), ("due_at__gt", models.F("opens_at")), _connector="OR"
                ),
                name="assignment_due_after_it_opens",
                violation_error_message="“Due” is before “Opens”.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_closes_after_it_is_due",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None), ("closes_at", None), ("closes_at__gte", models.F("due_at")), _connector="OR"
                ),
                name="assignment_closes_after_it_is_due",
                violation_error_message="“Closes” is before “Due”.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_allows_an_attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_attempts", None), ("max_attempts__gte", 1), _connector="OR"),
                name="assignment_allows_an_attempt",
                violation_error_message="Choose 1, 2, 3, or unlimited.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="assignment",
            name="assignment_release_after_close_needs_a_close",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release", "after_close"), _negated=True), ("closes_at__isnull", False), _connector="OR"
                ),
                name="assignment_release_after_close_needs_a_close",
                violation_error_message="Set a closing time. Answers show after all classes close.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="attempt",
            name="attempt_open_once_per_student_and_assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("submitted_at", None)),
                fields=("assignment", "student"),
                name="attempt_open_once_per_student_and_assignment",
                violation_error_message="This student already has this quiz in progress.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="board",
            name="board_shows_a_question_in_a_phase",
            constraint=models.CheckConstraint(
                condition=models.Q(("phase__gte", 1), ("phase__lte", 4), ("position__gte", 1)),
                name="board_shows_a_question_in_a_phase",
                violation_error_message="A class board shows a question in 1 of 4 phases.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="manualgrade",
            name="manual_grade_is_not_negative",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 0)),
                name="manual_grade_is_not_negative",
                violation_error_message="Points can’t be below 0.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="questionset",
            name="question_set_built_in_slug_once",
            constraint=models.UniqueConstraint(
                condition=models.Q(("owner", None)),
                fields=("slug",),
                name="question_set_built_in_slug_once",
                violation_error_message="A built-in question set already has this slug.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="regrade",
            name="regrade_has_a_reason",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="regrade_has_a_reason",
                violation_error_message="Tell students why.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="student",
            name="student_name_once_per_classroom",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("classroom", "name_key"),
                name="student_name_once_per_classroom",
                violation_error_message="A student in this class already has that name.",
            ),
        ),
    ]
