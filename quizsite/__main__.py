"""Footnote's commands: `manage.py` in a clone, `footnote` or `python -m quizsite` where the wheel is installed."""

import gc
import os
import sys
import textwrap
from functools import partial

import django
from django.conf import settings
from django.core.management import BaseCommand, ManagementUtility, get_commands, load_command_class
from django.utils.module_loading import import_string

from quizsite.management.commands import example_settings, version
from quizsite.site_lock import SiteInUse, hold_site
from quizsite.startup_errors import exit_with_message

HELP = frozenset({"-h", "--help"})
# Django would print its own version without looking for a command of this name. The example is for people with an
# error in the settings.
WITHOUT_SETTINGS = {"example_settings": example_settings.Command, "version": version.Command}
# They work on a site that exists. Elsewhere a mistyped FOOTNOTE_DATA would make a new folder with a new key.
NEED_A_SITE = frozenset(
    "accept_secret_key administrator backup changepassword check_integrity close_account createsuperuser erase "
    "export_classroom hand_over_class import_classroom load_question_sets lti reapply_erasures remove_school_account "
    "remove_second_factor run_periodic_jobs sendtestemail sign_in_link update_scores "
    # Django's own that read or change rows.
    "clearsessions createcachetable dbshell dumpdata flush inspectdb loaddata remove_stale_contenttypes".split()
)
# They make the data folder. All others only look: at the settings, at code, or at files of questions. So does a
# mistyped command.
MAKE_A_FOLDER = frozenset("collectstatic load_demo migrate move_to_postgresql restore runserver serve shell".split())
OWN_APPS = ("quizsite", "quizzes")
# What the manual uses of Django's own commands.
DJANGO_COMMANDS = ("check", "collectstatic")
INDENT = 24


class CommandLine(ManagementUtility):
    """Django's command line, with a list of the commands that a site needs. They start without system checks."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """The command. Django's system checks load all views: half of the time of most commands (2026-12-01).

        They look at the code, and `make lint` runs them. Some would fail on a site without its database.
        """
        command = super().fetch_command(subcommand)
        if get_commands().get(subcommand) in OWN_APPS:
            command.requires_system_checks = ()
        return command

    def main_help_text(self, commands_only: bool = False) -> str:
        """Footnote's commands, each with what it does."""
        if commands_only:
            return super().main_help_text(commands_only=True)
        return "\n".join(
            [
                f"`{self.prog_name} help COMMAND` explains a command with its options.\n",
                *(
                    textwrap.fill(
                        load_command_class(app, name).help,
                        width=100,
                        initial_indent=f"  {name:{INDENT - 2}}",
                        subsequent_indent=" " * INDENT,
                    )
                    for name, app in sorted(get_commands().items())
                    if app in OWN_APPS or name in DJANGO_COMMANDS
                ),
                f"\n`{self.prog_name} help --commands` also lists Django's other commands. A site needs none of them.",
            ]
        )


def needs_site(arguments: list[str]) -> bool:
    """Whether the command works on a site. Its help does not."""
    return bool(NEED_A_SITE.intersection(arguments[1:2])) and not HELP.intersection(arguments)


def only_looks(arguments: list[str]) -> bool:
    """Whether the command makes nothing, no key either: a help, or none of those that write."""
    return not (NEED_A_SITE | MAKE_A_FOLDER).intersection(arguments[1:2]) or bool(HELP.intersection(arguments))


def checks_site(arguments: list[str]) -> bool:
    """Whether the command checks the settings of a site. Without them it would check another one."""
    return arguments[1:2] == ["check"] and "--deploy" in arguments and not HELP.intersection(arguments)


def main() -> None:
    """Run the command that the arguments name; an error that the operator can fix ends with one line."""
    if command := WITHOUT_SETTINGS.get("".join(sys.argv[1:2])):
        # Django finds no settings then, which would make the data folder.
        command().run_from_argv(sys.argv)
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
        if sys.argv[1:2] == ["serve"]:
            # Loading the site makes hardly any garbage, and looking for some takes a twentieth of the start.
            # quizsite/server.py collects again.
            gc.disable()
        if needs_site(sys.argv) or checks_site(sys.argv):
            # The settings make the data folder before any command runs.
            os.environ["FOOTNOTE_NEEDS_SITE"] = "1"
        if only_looks(sys.argv):
            os.environ["FOOTNOTE_ONLY_LOOKS"] = "1"
        if sys.argv[1:2] == ["accept_secret_key"]:
            # The settings refuse a missing key before any command runs.
            os.environ["FOOTNOTE_ACCEPT_SECRET_KEY"] = "1"  # noqa: S105  a switch
        else:
            # A command that is refused leaves no key, and one that makes a database keeps it first.
            os.environ["FOOTNOTE_COMPARES_KEY"] = "1"
        exit_with_message(partial(run, sys.argv))


def run(arguments: list[str]) -> None:
    """Run a command. One that needs a site runs only while nothing replaces the site, and only with the site's own key.

    What a command writes during a restore would be replaced with the rest. With another key, links would not work and
    backups could not be restored.
    """
    if needs_site(arguments):
        django.setup()
        try:
            hold_site(settings.DATA_DIR)
        except SiteInUse:
            sys.exit("A restore or a move to PostgreSQL is running. Try again when it has ended.")
        if arguments[1] != "accept_secret_key":
            import_string("quizsite.secret_key.require_its_key")()
    CommandLine(arguments).execute()


if __name__ == "__main__":
    main()
