"""How PINs look in each class."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0051_students_choose_levels"),
    ]

    operations = [
        migrations.AddField(
            model_name="classroom",
            name="pin_kind",
            field=models.CharField(
                choices=[
                    ("digits", "4 digits"),
                    ("pictures", "4 pictures, for young students"),
                    ("words", "2 words, such as “frog lamp”"),
                ],
                db_default="digits",
                default="digits",
                max_length=10,
            ),
        ),
    ]
