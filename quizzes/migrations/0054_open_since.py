"""Since when the page of an attempt is open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0053_translated_titles"),
    ]

    operations = [
        migrations.AddField(
            model_name="presence",
            name="open_since",
            field=models.DateTimeField(null=True),
        ),
    ]
