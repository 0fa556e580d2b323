"""`manage.py check_integrity`: check the invariants of the stored rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.attempts.integrity import check_integrity


class Command(BaseCommand):
    help = "Check that answers, log, scores, and deadlines agree. Exit 1 if not."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_integrity()
        for finding in findings:
            self.stdout.write(f"{finding.name}: checked={finding.checked} broken={len(finding.broken)}")
            for line in finding.broken:
                self.stdout.write(f"  {line}")
        broken = sum(len(finding.broken) for finding in findings)
        if broken:
            raise CommandError(f"{broken} broken")
