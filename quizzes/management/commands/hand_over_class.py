"""`manage.py hand_over_class`: give a class to another teacher."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.models import Classroom, Teaching, User
from quizzes.people import classrooms
from quizzes.people.class_people import people


class Command(BaseCommand):
    help = "Give a class to another teacher, with its students, quizzes, and work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", help="as in the address of the class's page")
        parser.add_argument("email", help="the address of the account that gets the class")
        parser.add_argument("--giver", default="", help="the owner it replaces, if the class has several")

    def handle(self, *args: Any, public_id: str, email: str, giver: str, **options: Any) -> None:
        classroom = Classroom.objects.filter(public_id=public_id).first()
        if classroom is None:
            raise CommandError(f"There is no class {public_id}. The id is in the address of the class's page.")
        to = _account(email)
        owners = [row.teacher for row in people(classroom) if row.role == Teaching.Role.OWNER]
        teachers = [_account(giver)] if giver else owners
        if len(teachers) != 1:
            raise CommandError(f"{classroom.name} has {len(teachers)} owners. Choose one with --giver EMAIL.")
        try:
            classrooms.hand_over(classroom, giver=teachers[0], to=to, by=None, now=timezone.now())
        except classrooms.NotATeacher as error:
            raise CommandError(
                f"{teachers[0].email} doesn't own the class, or the account {to.email} is closed."
            ) from error
        except classrooms.ClassroomNameTaken as error:
            raise CommandError(
                f"{to.email} has a class named {classroom.name}. Rename one of the two first."
            ) from error
        self.stdout.write(f"{to.email} teaches {classroom.name} now.")


def _account(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise CommandError(f"No account has the email {email}.")
    return user
