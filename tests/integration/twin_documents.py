"""Pairs of question sets that differ only in their keys and in other texts that students may not see.

A set is generated in two steps: first what students see, then what they may not see. Twins share the first step.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

Table = dict[str, Any]
# Makes a text that students may not see before release. The argument is its prefix.
Secret = Callable[[str], str]

SPEAKERS = ("reporter", "mayor", "protesters", "not_stated")
SENTENCES = [f"s{number}" for number in range(1, 10)]
# The position of a sentence decides its speaker, so that each speaker has three.
SPEAKER_OF = {key: SPEAKERS[place % 3] for place, key in enumerate(SENTENCES)}
OBJECTIVES = ("records", "ended", "access")
SKILLS = ("recall", "inference", "attribution")


def twins(seed: int, types: Sequence[str]) -> tuple[Table, Table]:
    """Two publishable documents with one question of each of these types (names of GENERATORS) and different keys."""
    one = document(seed, types, keyed_by=Random(f"{seed}-one"), secret=_words(Random(f"{seed}-one-words")))
    for number in itertools.count():
        side = f"{seed}-other-{number}"
        other = document(seed, types, keyed_by=Random(side), secret=_words(Random(f"{side}-words")))
        if all(map(_keyed_apart, one["questions"], other["questions"])):
            break
    return one, other


def document(seed: int, types: Sequence[str], *, keyed_by: Random, secret: Secret) -> Table:
    """A publishable document. seed: gives what students see. keyed_by, secret: give what they may not see."""
    shown = Random(seed)
    facts = {key: secret("fact") for key in SENTENCES}
    questions = []
    for number, name in enumerate(types, start=1):
        see, hide = GENERATORS[name]
        question = see(shown) | {"key": f"question-{number}", "stem": _line(shown), "points": shown.randint(1, 6)}
        hidden = {"explanation": secret("explanation"), "skill": keyed_by.choice(SKILLS)}
        proof = keyed_by.sample(SENTENCES, keyed_by.randint(1, 3))
        hidden |= {"objective": keyed_by.choice(OBJECTIVES), "evidence": proof}
        question |= hidden | hide(question, keyed_by, secret)
        question["facts"] = [facts[key] for key in question["evidence"]]
        for statement in question.get("statements", []):
            statement["facts"] = [facts[key] for key in statement["evidence"]]
        if question["type"] == "free_text":
            question["points"] = sum(line["points"] for line in question["criteria"])
        questions.append(question)
    return {
        "slug": "drawn-set",
        "title": "Drawn set",
        "summary": "Questions drawn by lot.",
        "about_minutes": 4,
        "minimum": {},
        "citation": {"publisher": "The Daily Test", "title": "City ends an agreement"},
        "objectives": [{"key": key, "title": secret("objective")} for key in OBJECTIVES],
        "voices": [
            {"key": key, "label": key.replace("_", " ").capitalize(), "icon": icon}
            for key, icon in zip(SPEAKERS, ("page", "person", "sign", "blank"), strict=True)
        ],
        "facts": [
            {"id": facts[key], "objective": "records", "voice": SPEAKER_OF[key], "text": secret("fact")}
            for key in SENTENCES
        ],
        "reading": {
            "title": "The agreement",
            "language": "en",
            "level": "Grade 7",
            "rights_note": "Written for class use.",
            "paragraphs": [
                {
                    "sentences": [
                        {"key": key, "text": f"{_line(shown)}.", "voice": SPEAKER_OF[key], "facts": [facts[key]]}
                        for key in paragraph
                    ]
                }
                for paragraph in (SENTENCES[:4], SENTENCES[4:])
            ],
        },
        "questions": questions,
    }


# --- What students see of each type, and what they may not --------------------------------------------------------


def _see_choices(shown: Random) -> Table:
    return {"choices": [{"text": text} for text in _lines(shown, 2, 6)]}


def _hide_choices(question: Table, keyed_by: Random, secret: Secret, *, keys: int) -> Table:
    right = keyed_by.sample(range(len(question["choices"])), keys)
    return {
        "choices": [
            {
                **choice,
                "key": place in right,
                "rationale": secret("rationale"),
                "leans_on": [] if place in right else keyed_by.sample(SENTENCES, keyed_by.randint(0, 2)),
            }
            for place, choice in enumerate(question["choices"])
        ]
    }


def _hide_single(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return _hide_choices(question, keyed_by, secret, keys=1)


def _hide_multiple(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return _hide_choices(question, keyed_by, secret, keys=keyed_by.randint(1, len(question["choices"]) - 1))


def _see_statements(shown: Random) -> Table:
    return {"voices": list(SPEAKERS), "statements": [{"text": text} for text in _lines(shown, 2, 5)]}


def _hide_statements(question: Table, keyed_by: Random, secret: Secret) -> Table:
    statements = []
    for place, statement in enumerate(question["statements"]):
        # A question needs evidence, so its first statement has some.
        speaker = keyed_by.choice(SPEAKERS[:3] if place == 0 else SPEAKERS)
        proof = (
            [keyed_by.choice([key for key in SENTENCES if SPEAKER_OF[key] == speaker])]
            if speaker != SPEAKERS[3]
            else []
        )
        statements.append({**statement, "voice": speaker, "evidence": proof, "rationale": secret("rationale")})
    proofs = itertools.chain.from_iterable(statement["evidence"] for statement in statements)
    return {"statements": statements, "evidence": sorted(set(proofs))}


def _hide_evidence(question: Table, keyed_by: Random, secret: Secret) -> Table:
    drawn = keyed_by.sample(SENTENCES, 5)
    keys, tempting = drawn[: keyed_by.randint(1, 3)], drawn[3 : 3 + keyed_by.randint(0, 2)]
    return {
        "key_sentences": keys,
        "evidence": keys,
        "rationale_other": secret("rationale"),
        "choices": [{"sentence": key, "rationale": secret("rationale")} for key in tempting],
    }


def _hide_true_false(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return {
        "answer": keyed_by.random() < 0.5,
        "rationale_true": secret("rationale"),
        "rationale_false": secret("rationale"),
        "leans_on": keyed_by.sample(SENTENCES, keyed_by.randint(0, 2)),
    }


def _see_matching(shown: Random) -> Table:
    return {"options": _lines(shown, 2, 6), "prompts": [{"text": text} for text in _lines(shown, 2, 5)]}


def _hide_matching(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return {
        "prompts": [
            {**prompt, "option": keyed_by.choice(question["options"]), "rationale": secret("rationale")}
            for prompt in question["prompts"]
        ],
    }


def _see_ordering(shown: Random) -> Table:
    return {"items": [{"text": text} for text in _lines(shown, 3, 6)]}


def _hide_ordering(question: Table, keyed_by: Random, secret: Secret) -> Table:
    count = len(question["items"])
    places = keyed_by.sample(range(1, count + 1), count)
    return {
        "items": [
            {**item, "place": place, "rationale": secret("rationale")}
            for item, place in zip(question["items"], places, strict=True)
        ]
    }


def _hide_short_answer(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return {
        "accepted": [secret("answer") for _ in range(keyed_by.randint(1, 3))],
        "forgive_slips": keyed_by.random() < 0.5,
        "wrong": [
            {"text": secret("wrong"), "rationale": secret("rationale"), "leans_on": keyed_by.sample(SENTENCES, 1)}
            for _ in range(keyed_by.randint(0, 2))
        ],
    }


def _see_number(shown: Random) -> Table:
    unit = {"units": ["month"], "unit_required": True} if shown.random() < 0.5 else {}
    return {"kind": "number", "note": _line(shown), **unit}


def _hide_number(question: Table, keyed_by: Random, secret: Secret) -> Table:
    names = ["month", *(secret("unit") for _ in range(keyed_by.randint(0, 2)))]
    return {
        "answer": keyed_by.randint(10**7, 10**8),
        "tolerance": keyed_by.randint(0, 9),
        **({"units": names} if "units" in question else {}),
    }


def _hide_date(question: Table, keyed_by: Random, secret: Secret) -> Table:
    year = keyed_by.choice(("-", "2018"))
    return {
        "answer": f"{year}-{keyed_by.randint(1, 12):02}-{keyed_by.randint(1, 28):02}",
        "tolerance": keyed_by.randint(0, 9),
    }


def _see_blanks(shown: Random) -> Table:
    first, second, last = _lines(shown, 3, 3)
    return {
        "text": f"{first} {{a}} {second} {{b}} {last}",
        "gaps": [{}, {"choices": _lines(shown, 2, 6)}],
    }


def _hide_blanks(question: Table, keyed_by: Random, secret: Secret) -> Table:
    choices = question["gaps"][1]["choices"]
    return {
        "forgive_slips": keyed_by.random() < 0.5,
        "gaps": [
            {"accepted": [secret("answer")], "rationale": secret("rationale")},
            {"choices": choices, "answer": keyed_by.choice(choices), "rationale": secret("rationale")},
        ],
    }


def _see_free_text(shown: Random) -> Table:
    return {
        "note": _line(shown),
        "min_length": shown.randint(0, 20),
        "criteria": [{"title": text, "points": shown.randint(1, 3)} for text in _lines(shown, 1, 3)],
    }


def _hide_free_text(question: Table, keyed_by: Random, secret: Secret) -> Table:
    return {
        "sample_answer": secret("answer"),
        "criteria": [{**line, "description": secret("description")} for line in question["criteria"]],
    }


def _with_proof(hide: Callable[[Table, Random, Secret], Table]) -> Callable[[Table, Random, Secret], Table]:
    def hide_both(question: Table, keyed_by: Random, secret: Secret) -> Table:
        proof = _hide_evidence(question, keyed_by, secret)
        return {
            **hide(question, keyed_by, secret),
            "evidence": proof["evidence"],
            "rationale_other": proof["rationale_other"],
            "tempting": proof["choices"],
        }

    return hide_both


def _with_statement(shown: Random) -> Table:
    return {"statement": _line(shown)}


def _named(type_name: str, see: Callable[[Random], Table], **fields: str) -> Callable[[Random], Table]:
    return lambda shown: {"type": type_name, **fields, **see(shown)}


GENERATORS: dict[str, tuple[Callable[[Random], Table], Callable[[Table, Random, Secret], Table]]] = {
    "single": (_named("single", _see_choices), _hide_single),
    "multiple": (_named("multiple", _see_choices), _hide_multiple),
    "who_says_so": (_named("who_says_so", _see_statements), _hide_statements),
    "evidence": (_named("evidence", _with_statement), _hide_evidence),
    "true_false": (_named("true_false", _with_statement), _hide_true_false),
    "matching": (_named("matching", _see_matching), _hide_matching),
    "ordering": (_named("ordering", _see_ordering), _hide_ordering),
    "short_answer": (_named("short_answer", lambda shown: {}), _hide_short_answer),
    "numeric": (_named("numeric", _see_number), _hide_number),
    "numeric (date)": (_named("numeric", lambda shown: {"kind": "date"}), _hide_date),
    "blanks": (_named("blanks", _see_blanks), _hide_blanks),
    "free_text": (_named("free_text", _see_free_text), _hide_free_text),
    "answer_and_proof": (
        _named("answer_and_proof", _see_choices, answer_type="single"),
        _with_proof(_hide_single),
    ),
    "answer_and_proof (several)": (
        _named("answer_and_proof", _see_choices, answer_type="multiple"),
        _with_proof(_hide_multiple),
    ),
    "answer_and_proof (true or false)": (
        _named("answer_and_proof", _with_statement, answer_type="true_false"),
        _with_proof(_hide_true_false),
    ),
}


def _keyed_apart(one: Table, other: Table) -> bool:
    """Whether the correct answers differ, and not only their explanations."""
    right: dict[str, Callable[[Table], Any]] = {
        "choices": lambda question: [choice.get("key") for choice in question["choices"]],
        "statements": lambda question: [statement["voice"] for statement in question["statements"]],
        "prompts": lambda question: [prompt["option"] for prompt in question["prompts"]],
        "items": lambda question: [item["place"] for item in question["items"]],
        "gaps": lambda question: [gap.get("answer", gap.get("accepted")) for gap in question["gaps"]],
    }
    fields = [name for name in right if name in one and one["type"] != "evidence"] or [
        name for name in ("key_sentences", "answer", "accepted", "sample_answer") if name in one
    ]
    return any(right[name](one) != right[name](other) if name in right else one[name] != other[name] for name in fields)


# --- Words --------------------------------------------------------------------------------------------------------

_SYLLABLES = ("ba", "do", "ke", "li", "mu", "na", "po", "ra", "si", "tu")


def _line(words: Random) -> str:
    return " ".join("".join(words.choices(_SYLLABLES, k=words.randint(1, 4))) for _ in range(words.randint(2, 6)))


def _lines(words: Random, least: int, most: int) -> list[str]:
    """A random number of different lines."""
    count = words.randint(least, most)
    lines: dict[str, None] = {}
    while len(lines) < count:
        lines[_line(words)] = None
    return list(lines)


def _words(words: Random) -> Secret:
    """Texts of random lengths, numbered so that all differ."""
    numbers: Iterator[int] = itertools.count(1)
    spelled = "abcdefghij"

    def secret(kind: str) -> str:
        number = "".join(spelled[int(digit)] for digit in str(next(numbers)))
        return f"{kind} {_line(words)} x{number}"

    return secret
