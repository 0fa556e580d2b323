"""`manage.py check_question_sets`: validate question sets in files."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quizzes.content.question_types.question import SKILLS, Question
from quizzes.content.question_types.registry import reading_at
from quizzes.content.rules.all_rules import findings
from quizzes.content.rules.evidence_rules import confirmation, named_sentences
from quizzes.content.rules.folder import Folder
from quizzes.content.rules.guess_rules import guesses, guesses_over_all
from quizzes.content.set_document import SetDocument
from quizzes.content.set_problems import coverage
from quizzes.files.built_in_sets import BadFile, read_set_files, read_story_runs, rule_folders

BUILT_IN = settings.BASE_DIR / "fixtures"
# Hashes of every seven words in a row of the story. The story itself is its publisher's.
STORY_RUNS = settings.BASE_DIR / "tests" / "data" / "story_runs.txt"


class Command(BaseCommand):
    help = "Check the question sets in PATH and print questions per objective."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=BUILT_IN, help="a folder; default: the built-in sets")
        parser.add_argument(
            "--built-in", action="store_true", help="check PATH against the rules for the built-in sets"
        )
        parser.add_argument("--confirm", metavar="KEY", help="print this question with its sentences and “confirmed”")

    def handle(self, *args: Any, path: Path, built_in: bool, confirm: str | None, **options: Any) -> None:
        try:
            files = read_set_files(path)
        except BadFile as error:
            raise CommandError(str(error)) from error
        folders = rule_folders(files, read_story_runs(STORY_RUNS))
        if confirm is not None:
            self.stdout.write(confirmed(folders, confirm))
            return
        for file in files:
            self.stdout.write(coverage_table(file.parsed))
        for folder in folders:
            self.stdout.write(points_table([one.parsed for one in folder.sets]))
        if built_in or path == BUILT_IN:
            self._hold_to_rules(folders)

    def _hold_to_rules(self, folders: list[Folder]) -> None:
        for folder in folders:
            if folder.story_runs is None:
                self.stdout.write(f"Not checked: runs of the story, since {STORY_RUNS.name} is missing")
            for guess in guesses_over_all(folder):
                self.stdout.write(f"guess {guess}")
            for one in folder.sets:
                best = max(guesses(folder, one), key=lambda guess: guess.gain)
                self.stdout.write(f"best guess in {one.file}: {best}")
        found = [str(finding) for folder in folders for finding in findings(folder)]
        if found:
            raise CommandError("\n".join(found))


def confirmed(folders: list[Folder], key: str) -> str:
    """The question with this key, its sentences, and the line to write into its file; raises CommandError."""
    for folder in folders:
        for item in folder.items:
            if item.key == key:
                sentences = [
                    f"{name} ({reading.variant}): {sentence.text}"
                    for name in named_sentences(item)
                    for reading in folder.readings
                    if (sentence := reading.sentence(name)) is not None
                ]
                return "\n".join([item.asked, *sentences, f'confirmed = "{confirmation(folder, item)}"'])
    raise CommandError(f"no question has the key “{key}”")


def coverage_table(parsed: SetDocument) -> str:
    """The set's title, then one line per objective: questions, minimum, and questions by skill."""
    width = max(len(objective.title) for objective in parsed.objectives)
    lines = [f"{parsed.title}: {len(parsed.questions)} questions, {parsed.max_points} points"]
    lines.append(f"  {'':{width}}  have  need  {'  '.join(SKILLS)}")
    for row in coverage(parsed):
        skills = "  ".join(f"{row.by_skill.get(skill, 0):>{len(skill)}}" for skill in SKILLS)
        lines.append(f"  {row.objective.title:{width}}  {row.question_count:>4}  {row.objective.minimum:>4}  {skills}")
    for variant in parsed.reading.variants:
        offered = sum(reading_at(parsed.reading, variant.variant, question) is variant for question in parsed.questions)
        lines.append(f"  Reading level {variant.level_name}: {offered} of {len(parsed.questions)} questions")
    return "\n".join(lines) + "\n"


def points_table(sets: Sequence[SetDocument]) -> str:
    """One line for each set of a source, with questions and points by objective, and one for all."""
    objectives = [objective.key for objective in sets[0].objectives]

    def cells(questions: Sequence[Question]) -> list[str]:
        groups = [[q for q in questions if q.objective == key] for key in objectives]
        return [f"{len(group)} / {sum(q.points for q in group)}" for group in groups]

    everything = [question for one in sets for question in one.questions]
    rows = [(one.title, cells(one.questions)) for one in sets] + [("all", cells(everything))]
    rows.insert(0, ("Questions / points", objectives))
    width = max(len(title) for title, _ in rows)
    return "".join(f"{title:{width}}  {'  '.join(f'{cell:>10}' for cell in row)}\n" for title, row in rows)
