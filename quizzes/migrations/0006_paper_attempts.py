from django.db import migrations, models


# SQLite builds the table of attempts anew for a column; editions and questions, whose triggers that would drop, stay.
class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0005_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="medium",
            field=models.CharField(
                choices=[("screen", "On screen"), ("paper", "On paper")],
                db_default="screen",
                default="screen",
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="act",
            field=models.CharField(
                choices=[
                    ("classroom_made", "made the class"),
                    ("classroom_changed", "changed the class"),
                    ("classroom_archived", "archived the class"),
                    ("classroom_restored", "brought the class back"),
                    ("code_changed", "changed the class code"),
                    ("students_added", "added students"),
                    ("student_renamed", "renamed"),
                    ("student_moved", "moved to another class"),
                    ("student_removed", "removed"),
                    ("student_restored", "brought back"),
                    ("pin_changed", "gave a new PIN to"),
                    ("assignment_given", "assigned"),
                    ("assignment_changed", "changed the assignment"),
                    ("accommodation_changed", "changed the accommodation of"),
                    ("extension_given", "gave an extension to"),
                    ("excused", "excused"),
                    ("excuse_taken_back", "took back the excuse of"),
                    ("attempt_reopened", "reopened the attempt of"),
                    ("late_accepted", "accepted late answers of"),
                    ("paper_typed", "typed in the paper answers of"),
                    ("answer_marked", "marked an answer of"),
                    ("regraded", "regraded a question"),
                    ("regrade_undone", "undid a regrade"),
                    ("scores_exported", "downloaded the scores"),
                ],
                max_length=21,
            ),
        ),
    ]
