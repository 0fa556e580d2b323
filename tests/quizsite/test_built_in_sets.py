"""A start reads the built-in question sets only if their files or the code changed."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from quizsite import built_in_sets
from quizsite.models import SiteState
from quizzes.models import Edition

pytestmark = pytest.mark.django_db


def test_question_sets_are_read_at_the_first_start_and_after_a_change_of_a_file(
    now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(settings.BASE_DIR / "fixtures", tmp_path / "fixtures")
    monkeypatch.setattr(built_in_sets, "CONTENT", tmp_path)

    assert built_in_sets.load_if_changed(now=now) is True
    assert Edition.objects.count() == 7
    assert built_in_sets.load_if_changed(now=now) is False

    # As on another machine of the site.
    source = tmp_path / "fixtures" / "pars-agreement" / "source.toml"
    os.utime(source, ns=(1, 1))
    assert built_in_sets.load_if_changed(now=now) is False

    source.write_text(f"{source.read_text()}\n")
    assert built_in_sets.load_if_changed(now=now) is True
    assert built_in_sets.load_if_changed(now=now) is False


def test_question_sets_are_read_again_if_the_code_changed_or_the_database_is_another(
    now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "quizzes" / "content" / "rules.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.setattr(built_in_sets, "CODE", tmp_path)
    built_in_sets.load_if_changed(now=now)

    module.write_text("RULES = 1\n")
    assert built_in_sets.load_if_changed(now=now) is True

    # A database from a backup tells what it holds.
    SiteState.objects.filter(name=SiteState.QUESTION_SETS).delete()
    assert built_in_sets.load_if_changed(now=now) is True
