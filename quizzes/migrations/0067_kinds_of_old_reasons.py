"""The kinds of reasons that were stored as English sentences."""

import re
from typing import Any

from django.db import migrations

# As `quizzes/models/reasons.py` had them. Rows had Footnote's sentences, with the version or the answers in them.
SENTENCES = {
    "other_form": "Takes the other form of the check",
    "has_version": "Has version {} of this quiz.",
    "stays_excused": "Excused from this quiz.",
    "fits_extra_time": "Extended to fit the extra time.",
    "extra_minutes": "Extra minutes during the quiz.",
    "on_time": "Turned in on time in the earlier class.",
    "joined_later": "This quiz was over before the student came to the class.",
    "accepted": "{} is accepted too.",
    "all_accepted": "{} are accepted too.",
}
# Each answer is in quotes. A long list of answers was cut off.
ANSWERS = {"accepted": r"(“.+) is accepted too\.", "all_accepted": r"(“.+”, “.+) are accepted too\."}


def kind_of(text: str, *kinds: str) -> str | None:
    """Which of these kinds has this sentence; None if a teacher typed it."""
    return next((kind for kind in kinds if SENTENCES[kind] == text), None)


def excuse_values(text: str) -> dict[str, Any]:
    if version := re.fullmatch(r"Has version ([0-9]{1,9}) of this quiz\.", text):
        return {"reason_kind": "has_version", "reason": "", "own_version": int(version[1])}
    return {"reason_kind": kind_of(text, "other_form", "stays_excused", "joined_later"), "reason": ""}


def extension_values(text: str) -> dict[str, Any]:
    return {"reason_kind": kind_of(text, "fits_extra_time", "extra_minutes", "on_time"), "reason": ""}


def regrade_values(text: str) -> dict[str, Any]:
    found = {kind: match[1] for kind, form in ANSWERS.items() if (match := re.fullmatch(form, text, re.DOTALL))}
    return {"reason_kind": next(iter(found), None), "reason": next(iter(found.values()), "")}


def set_kinds(apps: Any, schema_editor: Any) -> None:
    Excuse, Extension, Regrade = (apps.get_model("quizzes", name) for name in ("Excuse", "Extension", "Regrade"))
    # A regrade of another policy accepts no answer besides the correct one, so a teacher typed its reason.
    rows_and_values = (
        (Excuse.objects.all(), excuse_values),
        (Extension.objects.all(), extension_values),
        (Regrade.objects.filter(policy="either_key"), regrade_values),
    )
    for rows, values_of in rows_and_values:
        for text in list(rows.order_by().values_list("reason", flat=True).distinct()):
            values = values_of(text)
            if values["reason_kind"]:
                rows.filter(reason=text).update(**values)


def write_sentences(apps: Any, schema_editor: Any) -> None:
    for name in ("Excuse", "Extension", "Regrade"):
        rows = apps.get_model("quizzes", name).objects.exclude(reason_kind="typed")
        own_version = ["own_version"] if name == "Excuse" else []
        columns = ["reason", "reason_kind", *own_version]
        for found in list(rows.order_by().values_list(*columns).distinct()):
            # The version of an excuse, the answers of a regrade.
            value = found[2] if found[1] == "has_version" else found[0]
            text = SENTENCES.get(found[1], "{}").format(value)
            rows.filter(**dict(zip(columns, found, strict=True))).update(
                reason=text, reason_kind="typed", **dict.fromkeys(own_version)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0066_reason_kinds"),
    ]

    operations = [migrations.RunPython(set_kinds, write_sentences, elidable=True)]
