from django.db import migrations, models


class Migration(migrations.Migration):
    """A kind for the students whom the limit of an address locks out. It changes no table."""

    dependencies = [("quizzes", "0072_started_in_class_at")]
    operations = [
        migrations.AlterField(
            "failedtry",
            "kind",
            models.CharField(
                choices=[("code", "Code"), ("pin", "Pin"), ("password", "Password"), ("address", "Address")],
                max_length=8,
            ),
        )
    ]
