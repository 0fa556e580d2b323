from django.db import migrations, models


class Migration(migrations.Migration):
    """When the last pause ended. It matters for a few minutes, so events from before are not read."""

    dependencies = [("quizzes", "0070_student_let_in_at")]
    operations = [migrations.AddField("assignment", "resumed_at", models.DateTimeField(blank=True, null=True))]
