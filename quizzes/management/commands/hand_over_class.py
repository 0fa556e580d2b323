"""`manage.py hand_over_class`: give a class to another teacher."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.management.named_rows import find_account, find_classroom, find_open_account
from quizzes.models import Teaching
from quizzes.people import classrooms
from quizzes.people.class_people import people


class Command(BaseCommand):
    help = "Give a class to another teacher, with its students, quizzes, and work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", help="as in the address of the class's page")
        parser.add_argument("email", help="the address of the account that gets the class")
        parser.add_argument("--giver", default="", help="the owner it replaces, if the class has several")

    def handle(self, *args: Any, public_id: str, email: str, giver: str, **options: Any) -> None:
        classroom = find_classroom(public_id)
        to = find_open_account(email)
        owners = [row.teacher for row in people(classroom) if row.role == Teaching.Role.OWNER]
        teachers = [find_account(giver)] if giver else owners
        if len(teachers) != 1:
            raise CommandError(f"{classroom.name} has {len(teachers)} owners. Choose one with --giver EMAIL.")
        try:
            classrooms.hand_over(classroom, giver=teachers[0], to=to, by=None, now=timezone.now())
        except classrooms.NotATeacher as error:
            raise CommandError(f"{teachers[0].email} doesn't own the class.") from error
        except classrooms.ClassroomNameTaken as error:
            raise CommandError(
                f"{to.email} has a class named {classroom.name}. Rename one of the two first."
            ) from error
        self.stdout.write(f"{to.email} teaches {classroom.name} now.")
