"""The rows that an operator names in a command. A name that fits no row ends the command with one sentence."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import QuerySet

from quizzes.models import Classroom, User


def find_account(email: str, *, among: QuerySet[User] | None = None) -> User:
    """The account with this email, in any case; raises CommandError. among: None for all accounts."""
    found = User.objects.with_email(email)
    user = (found if among is None else found & among).first()
    if user is None:
        if not User.objects.exists():
            raise CommandError(
                "This site has no account yet. To create the first one, open the link that "
                f"`{settings.COMMAND} serve` prints."
            )
        raise CommandError(
            f"No account has the email {email}. The page /site/ lists all accounts. For a new account, a teacher "
            "chooses “Invite a teacher”."
        )
    return user


def find_open_account(email: str) -> User:
    """The account with this email, if it is not closed; raises CommandError."""
    user = find_account(email)
    if not user.is_active:
        command = f"{settings.COMMAND} close_account {user.email} --reopen"
        raise CommandError(f"The account {user.email} is closed. To reopen it first, run `{command}`.")
    return user


def find_classroom(public_id: str) -> Classroom:
    """The class with this id; raises CommandError."""
    classroom = Classroom.objects.filter(public_id=public_id).first()
    if classroom is None:
        raise CommandError(f"There is no class {public_id}. The id is in the address of the class's page.")
    return classroom
