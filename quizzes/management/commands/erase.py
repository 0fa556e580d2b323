"""`manage.py erase`: erase a student, a class or a teacher's account for good."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.management.named_rows import find_account, find_classroom
from quizzes.models import Student
from quizzes.people import erased_counts, erasure
from quizzes.people.erased_bytes import clear_marked_files
from quizzes.people.erased_counts import ErasedCounts
from quizzes.people.erased_rows import accounts_not_erased
from quizzes.people.erasure import Erasure


class Command(BaseCommand):
    help = "Erase a student, a class, or a teacher's account for good. Without --yes or --name, only print what goes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        student = kinds.add_parser("student", help="a student with all work")
        student.add_argument("key", metavar="PUBLIC_ID", help="as in the address of the student's page")
        student.add_argument("--yes", action="store_true", help="erase")
        classroom = kinds.add_parser("class", help="a class with its students, quizzes, and work")
        classroom.add_argument("key", metavar="PUBLIC_ID", help="as in the address of the class's page")
        classroom.add_argument("--name", default="", help="erase the class with exactly this name")
        teacher = kinds.add_parser("teacher", help="an account with the classes that no one else teaches")
        teacher.add_argument("key", metavar="EMAIL", help="the address of the account")
        teacher.add_argument("--yes", action="store_true", help="erase")

    def handle(self, *args: Any, kind: str, key: str, **options: Any) -> None:
        match kind:
            case "student":
                self._erase_student(key, is_sure=options["yes"])
            case "class":
                self._erase_classroom(key, name=options["name"])
            case _:
                self._erase_teacher(key, is_sure=options["yes"])

    def _erase_student(self, public_id: str, *, is_sure: bool) -> None:
        student = Student.objects.filter(public_id=public_id).select_related("classroom").first()
        if student is None:
            raise CommandError(f"There is no student {public_id}. The id is in the address of the student's page.")
        if is_sure:
            self._say_erased(erasure.erase_student(student, by=None, now=timezone.now()))
        else:
            self.stdout.write(f"Student: {student.display_name}, class: {student.classroom.name}")
            self._say_preview(erased_counts.preview_student(student), "Add --yes to erase them.")

    def _erase_classroom(self, public_id: str, *, name: str) -> None:
        classroom = find_classroom(public_id)
        if name == classroom.name:
            self._say_erased(erasure.erase_classroom(classroom, by=None, now=timezone.now()))
        elif name:
            raise CommandError(f"The class {public_id} has another name. Nothing was erased.")
        else:
            self._say_preview(
                erased_counts.preview_classroom(classroom), "Add --name with the name of the class to erase it."
            )

    def _erase_teacher(self, email: str, *, is_sure: bool) -> None:
        user = find_account(email, among=accounts_not_erased())
        if is_sure:
            self._say_erased(erasure.erase_teacher(user, now=timezone.now()))
        else:
            command = f"{settings.COMMAND} hand_over_class"
            hint = f"To keep classes, hand them over first with `{command}`. Add --yes to erase the account."
            self._say_preview(erased_counts.preview_teacher(user), hint)

    def _say_preview(self, counts: ErasedCounts, hint: str) -> None:
        self.stdout.write(f"This would erase {_in_words(counts)}.")
        if counts.downloads:
            self.stdout.write(f"Downloaded files that mention them: {counts.downloads}. Delete those by hand.")
        self.stdout.write(hint)

    def _say_erased(self, done: Erasure) -> None:
        self.stdout.write(f"Erased {_in_words(done.counts)}. Receipt {done.receipt}.")
        if done.counts.downloads:
            self.stdout.write(f"Downloaded files that mention them: {done.counts.downloads}. Delete those by hand.")
        if not clear_marked_files():
            raise CommandError("The database is busy, so its files are cleared later, while the site runs.")


def _in_words(counts: ErasedCounts) -> str:
    named = {
        "class": counts.classrooms,
        "student": counts.students,
        "attempt": counts.attempts,
        "answer": counts.answers,
    }
    plurals = {"class": "classes"}
    parts = [
        f"{count:,} {noun if count == 1 else plurals.get(noun, f'{noun}s')}"
        for noun, count in named.items()
        if count or noun != "class"
    ]
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"
