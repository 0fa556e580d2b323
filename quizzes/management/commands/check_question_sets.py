"""`manage.py check_question_sets`: validate question sets in files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quizzes.content.question_types.question import SKILLS
from quizzes.content.set_document import SetDocument, coverage
from quizzes.files.question_sets import BadFile, read_set_files


class Command(BaseCommand):
    help = "Check the question sets in PATH and print questions per objective."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            files = read_set_files(path)
        except BadFile as error:
            raise CommandError(str(error)) from error
        for file in files:
            self.stdout.write(coverage_table(file.parsed))


def coverage_table(parsed: SetDocument) -> str:
    """The set's title, then one line per objective: questions, minimum, and questions by skill."""
    width = max(len(objective.title) for objective in parsed.objectives)
    lines = [f"{parsed.title}: {len(parsed.questions)} questions, {parsed.max_points} points"]
    lines.append(f"  {'':{width}}  have  need  {'  '.join(SKILLS)}")
    for row in coverage(parsed):
        skills = "  ".join(f"{row.by_skill.get(skill, 0):>{len(skill)}}" for skill in SKILLS)
        lines.append(f"  {row.objective.title:{width}}  {row.question_count:>4}  {row.objective.minimum:>4}  {skills}")
    return "\n".join(lines) + "\n"
