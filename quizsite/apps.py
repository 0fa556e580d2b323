"""The app of the site around `quizzes`: commands, and the table `SiteState`."""

from django.apps import AppConfig


class QuizsiteConfig(AppConfig):
    """The table's primary key is a name, so no other default is needed."""

    name = "quizsite"
    verbose_name = "Site"
