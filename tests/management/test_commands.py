"""The commands that check and load question sets."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from quizzes.models import Edition, QuestionSet
from tests.factories import make_document, write_set_files

TABLE = """\
Small set: 4 questions, 8 points
                           have  need  recall  inference  attribution
  What the system records     2     2       2          0            0
  Why it was ended            2     2       0          1            1
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
        "story/z-set.toml: question “proof”: the evidence of the question is not its key sentences"
    )


def test_check_of_the_built_in_sets_passes() -> None:
    titles = [line.split(":")[0] for line in run("check_question_sets").splitlines() if "points" in line]

    assert titles == [
        "Check A",
        "Check B",
        "Exit ticket",
        "The PARS agreement",
        "Thinking like a reporter",
        "Try it",
        "Who says so?",
    ]


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
