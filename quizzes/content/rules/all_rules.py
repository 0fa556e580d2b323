"""Every rule for the built-in question sets, by group."""

from quizzes.content.rules import (
    choice_rules,
    evidence_rules,
    form_rules,
    guess_rules,
    guide_rules,
    hint_rules,
    points_rules,
    source_rules,
    wording_rules,
)
from quizzes.content.rules.folder import Finding, Folder, Rule

RULES: tuple[Rule, ...] = (
    *source_rules.RULES,
    *guide_rules.RULES,
    *evidence_rules.RULES,
    *points_rules.RULES,
    *choice_rules.RULES,
    *hint_rules.RULES,
    *guess_rules.RULES,
    *form_rules.RULES,
    *wording_rules.RULES,
)


def findings(folder: Folder) -> list[Finding]:
    """What breaks a rule, in the order of the rules; [] for nothing."""
    return [finding for rule in RULES for finding in rule(folder)]
