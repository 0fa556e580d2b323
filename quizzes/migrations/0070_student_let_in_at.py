from django.db import migrations, models


class Migration(migrations.Migration):
    """When a student was let in. It holds for 10 minutes, so events from before are not read."""

    dependencies = [("quizzes", "0069_is_title_made")]
    operations = [migrations.AddField("student", "let_in_at", models.DateTimeField(blank=True, null=True))]
