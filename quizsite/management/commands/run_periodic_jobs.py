import fcntl
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizsite.backups.manifest import BackupError
from quizsite.maintenance import back_up_if_due, update_scores
from quizsite.periodic_jobs import open_lock, run_periodic_jobs
from quizsite.secret_key import record_secret_key


class Command(BaseCommand):
    help = "Run the periodic jobs once, and a backup if it is due: each minute from cron, without `manage.py serve`."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with open_lock() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # The run of the minute before, or `serve`. Cron mails errors.
                self.stdout.write("Another process runs the periodic jobs.")
                return
            record_secret_key(now=now)
            run_periodic_jobs(now=now)
        update_scores(now=now)
        self.stdout.write("The periodic jobs ran.")
        try:
            if made := back_up_if_due(now=now):
                self.stdout.write(f"Backup made: {made}")
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
