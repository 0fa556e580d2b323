"""The default cache: a table of rate limits and short-lived values, without readable addresses."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac


def hashed_key(key: str, prefix: str, version: int) -> str:
    """The keyed digest under which a value is stored. allauth's keys hold network addresses and email addresses."""
    return salted_hmac("quizsite.cache", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()


def delete_expired_entries(*, now: datetime) -> int:
    """Delete the rows that have expired; returns how many. Django deletes them only when it reads or culls them."""
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608  the name of a table of the settings
            [connection.ops.adapt_datetimefield_value(now)],
        )
        return int(cursor.rowcount)
