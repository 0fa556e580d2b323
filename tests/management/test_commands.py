"""The commands that check and load question sets."""

import re
import shutil
from argparse import ArgumentParser, _SubParsersAction
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class

from quizsite.__main__ import CommandLine
from quizzes.management.commands import check_question_sets
from quizzes.models import Edition, QuestionSet
from tests.factories import make_document, write_set_files

TABLE = """\
Small set: 4 questions, 8 points
                           have  need  recall  inference  attribution
  What the system records     2     2       2          0            0
  Why it was ended            2     2       0          1            1
Questions / points     records       ended
Small set                2 / 3       2 / 5
all                      2 / 3       2 / 5
"""


def run(command: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One source with one valid set."""
    write_set_files(tmp_path / "story")
    return tmp_path


def spoil(folder: Path) -> None:
    """Add a second set that breaks a rule. Its file comes after the valid one."""
    document = make_document(slug="z-set", title="Spoiled")
    document["questions"][3]["evidence"] = ["s5"]
    write_set_files(folder / "story", document=document)


def test_check_prints_how_each_set_covers_its_objectives(folder: Path) -> None:
    assert run("check_question_sets", folder) == TABLE


def test_check_refuses_a_bad_set_in_one_line(folder: Path) -> None:
    spoil(folder)

    with pytest.raises(CommandError) as refused:
        run("check_question_sets", folder)

    assert refused.value.returncode == 1
    assert str(refused.value) == (
        f"{folder}/story/z-set.toml: question “proof”: the evidence of the question is not its key sentences"
    )


def broken_built_in(tmp_path: Path) -> Path:
    """A copy of the built-in sets with a sentence that changed and a stem with a year."""
    story = tmp_path / "story"
    shutil.copytree(settings.BASE_DIR / "fixtures" / "pars-agreement", story, ignore=shutil.ignore_patterns("demo"))
    source, check = story / "source.toml", story / "check-a.toml"
    rewrite(
        source,
        'text = "The agreement was to expire on August 31.", voice',
        'text = "It was to end on August 31.", voice',
    )
    rewrite(check, "On which day was", "On which day in 2018 was")
    return tmp_path


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_check_lists_all_that_breaks_a_rule_of_the_built_in_sets(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run("check_question_sets", broken_built_in(tmp_path), "--built-in")

    assert refused.value.returncode == 1
    lines = str(refused.value).splitlines()
    assert any(line.startswith("check-a.toml: question “a-last-day”: “2018” is not allowed in") for line in lines)
    changed = [line.split(": a sentence changed since")[0] for line in lines if "a sentence changed since" in line]
    assert len(changed) > 5
    assert "exit-ticket.toml: question “when-it-was-to-run-out”" in changed


def test_check_holds_other_sets_to_no_rule_of_the_built_in_ones(tmp_path: Path) -> None:
    assert "Check A: 8 questions" in run("check_question_sets", broken_built_in(tmp_path))


def test_author_confirms_one_question_with_its_sentences(tmp_path: Path) -> None:
    folder = broken_built_in(tmp_path)
    shown = run("check_question_sets", folder, confirm="when-it-was-to-run-out")
    assert "s21 (standard): It was to end on August 31." in shown
    [line] = re.findall('^confirmed = "[0-9a-f]{12}"$', shown, re.MULTILINE)
    ticket = folder / "story" / "exit-ticket.toml"
    [*_, old] = re.findall('^confirmed = "[0-9a-f]{12}"$', ticket.read_text(encoding="utf-8"), re.MULTILINE)
    rewrite(ticket, old, line)

    with pytest.raises(CommandError) as refused:
        run("check_question_sets", folder, "--built-in")
    assert "when-it-was-to-run-out" not in str(refused.value)
    with pytest.raises(CommandError, match="no question has the key “nothing”"):
        run("check_question_sets", folder, confirm="nothing")


def test_check_says_so_if_runs_of_the_story_are_not_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "Not checked" not in run("check_question_sets")
    monkeypatch.setattr(check_question_sets, "STORY_RUNS", tmp_path / "runs.txt")
    assert "Not checked: runs of the story, since runs.txt is missing" in run("check_question_sets")


def test_check_of_the_built_in_sets_passes() -> None:
    printed = run("check_question_sets")
    titles = [line.split(":")[0] for line in printed.splitlines() if line.endswith(" points")]

    assert titles == [
        "Check A",
        "Check B",
        "Exit ticket",
        "The PARS agreement",
        "Thinking like a reporter",
        "Try it",
        "Who says so?",
    ]
    assert re.search(r"^all +10 / 15 +12 / 17 +26 / 44 +10 / 12$", printed, re.MULTILINE)


@pytest.mark.django_db
def test_load_publishes_once(folder: Path) -> None:
    assert run("load_question_sets", folder) == "published Small set, edition 1\n"
    assert run("load_question_sets", folder) == "unchanged Small set\n"
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_load_publishes_a_new_edition_only_of_what_changed(folder: Path) -> None:
    write_set_files(folder / "story", document=make_document(slug="b-set", title="Second set"))
    run("load_question_sets", folder)
    path = folder / "story" / "b-set.toml"
    path.write_text(path.read_text().replace("Which of these does the system record?", "What is recorded?"))

    assert run("load_question_sets", folder) == "published Second set, edition 2\nunchanged Small set\n"


@pytest.mark.django_db
def test_load_prints_nothing_with_verbosity_zero(folder: Path) -> None:
    assert run("load_question_sets", folder, verbosity=0) == ""
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_load_of_a_bad_set_loads_nothing_of_the_good_ones(folder: Path) -> None:
    spoil(folder)

    with pytest.raises(CommandError, match="story/z-set.toml: question “proof”"):
        run("load_question_sets", folder)

    assert QuestionSet.objects.count() == Edition.objects.count() == 0


@pytest.mark.django_db
def test_load_stops_and_names_the_questions_whose_sentence_changed(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run("load_question_sets", broken_built_in(tmp_path))

    assert "exit-ticket.toml: question “when-it-was-to-run-out”: a sentence changed since" in str(refused.value)
    assert "2018" not in str(refused.value)
    assert QuestionSet.objects.count() == Edition.objects.count() == 0


@pytest.mark.django_db
def test_load_of_the_built_in_sets_works() -> None:
    run("load_question_sets")

    assert list(QuestionSet.objects.built_in().values_list("title", "slug")) == [
        ("Check A", "check-a"),
        ("Check B", "check-b"),
        ("Exit ticket", "exit-ticket"),
        ("The PARS agreement", "pars-agreement"),
        ("Thinking like a reporter", "thinking-like-a-reporter"),
        ("Try it", "try-it"),
        ("Who says so?", "who-says-so"),
    ]
    assert list(Edition.objects.values_list("number", flat=True)) == [1] * 7


OWN = sorted(name for name, app in get_commands().items() if app in ("quizsite", "quizzes"))


@pytest.mark.parametrize("name", OWN)
def test_help_explains_each_command_and_each_argument(name: str) -> None:
    command = load_command_class(get_commands()[name], name)

    def unexplained(parser: ArgumentParser) -> list[str]:
        found = []
        for action in parser._actions:
            if isinstance(action, _SubParsersAction):
                assert {pseudo.dest for pseudo in action._choices_actions} == set(action.choices)
                found += [argument for below in action.choices.values() for argument in unexplained(below)]
            elif not action.help:
                found.append(action.dest)
        return found

    # Not Django's own, which does not say what the command does here.
    assert vars(type(command)).get("help")
    assert unexplained(command.create_parser("manage.py", name)) == []


@pytest.mark.parametrize("name", OWN)
def test_command_of_a_site_starts_without_system_checks(name: str) -> None:
    """They loaded all views: `backup` and `check_integrity` took twice as long."""
    assert CommandLine(["manage.py", name]).fetch_command(name).requires_system_checks == ()


def test_commands_of_django_keep_system_checks() -> None:
    assert CommandLine(["manage.py", "makemigrations"]).fetch_command("makemigrations").requires_system_checks


def test_help_lists_the_commands_of_a_site_with_what_they_do() -> None:
    text = CommandLine(["manage.py", "help"]).main_help_text()

    listed = re.findall(r"^  (\w+) +\S", text, flags=re.MULTILINE)
    assert listed == sorted([*OWN, "check", "collectstatic"])
    assert "  restore               Replace this site with a backup" in text
    assert "flush" in CommandLine(["manage.py", "help"]).main_help_text(commands_only=True).split()
