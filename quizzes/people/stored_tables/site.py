"""Tables of the site itself and of Django."""

from quizzes.people.stored_tables.declarations import (
    ID,
    About,
    Copy,
    Deletion,
    StoredTable,
    Term,
    of_site,
)

SITE: tuple[StoredTable, ...] = (
    StoredTable(
        "quizzes_erasureinprogress",
        "A row while a deletion runs. It lets that transaction, and no other, delete from the logs.",
        About.SITE,
        (("id", "always 1"),),
        Term.MOMENT,
        Copy.NONE,
        Deletion.NONE,
    ),
    of_site(
        "quizsite_sitestate",
        "One fact of the site: when the jobs and the last backup ran, a digest of the secret key, its address.",
        ("name value at", "the fact"),
    ),
    of_site(
        "socialaccount_socialapp",
        "Providers of school accounts, unused: the settings name them.",
        ID,
        ("provider provider_id name client_id secret key settings", "unused"),
    ),
    of_site("auth_group", "Groups of Django's admin, unused.", ID, ("name", "unused")),
    of_site("auth_group_permissions", "Groups of Django's admin, unused.", ID, ("group_id permission_id", "unused")),
    of_site("auth_permission", "Names of permissions.", ID, ("name content_type_id codename", "unused")),
    of_site("django_content_type", "Names of tables.", ID, ("app_label model", "names of tables")),
    of_site("django_migrations", "Changes of the tables.", ID, ("app name applied", "which changes were made when")),
)
