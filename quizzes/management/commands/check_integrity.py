from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.attempts.integrity import check_integrity


class Command(BaseCommand):
    help = "Prove that answers, log, scores and deadlines agree, and print counts; exit 1 when they do not."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_integrity()
        for finding in findings:
            self.stdout.write(f"{finding.name}: checked={finding.checked} broken={len(finding.broken)}")
            for line in finding.broken:
                self.stdout.write(f"  {line}")
        broken = sum(len(finding.broken) for finding in findings)
        if broken:
            raise CommandError(f"{broken} broken")
