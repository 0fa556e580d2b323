"""The rules for the built-in sets: the sets keep them all, and each rule refuses a broken copy."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings

from quizzes.content.rules import all_rules
from quizzes.content.rules.choice_rules import (
    a_wrong_choice_tempts,
    choices_differ,
    feedback_has_a_length,
    no_choice_is_about_choices,
    nothing_is_asked_twice,
    speakers_contradict_nothing,
    written_questions_protect_students,
    wrong_choices_are_marked,
)
from quizzes.content.rules.evidence_rules import (
    absence_is_shown,
    evidence_is_whole,
    facts_are_proved,
    quotes_are_in_the_reading,
    statements_have_their_own_evidence,
    what_is_given_is_cited,
    wording_is_confirmed,
)
from quizzes.content.rules.folder import Folder, Rule, RuleSet
from quizzes.content.rules.form_rules import (
    forms_are_alike,
    forms_name_each_other,
    forms_share_only_what_they_list,
)
from quizzes.content.rules.guess_rules import choices_alone_tell_no_key
from quizzes.content.rules.guide_rules import (
    guide_has_every_part,
    guide_is_in_every_language,
    plan_fits_its_lessons,
    sentences_to_find_count_as_citing,
    standards_name_questions,
    words_are_used_and_explained,
)
from quizzes.content.rules.hint_rules import (
    contested_facts_name_their_speaker,
    every_speaker_is_offered,
    key_stands_in_every_place,
    length_gives_no_key,
    no_fact_gets_a_wrong_speaker,
    no_question_gives_another_away,
    no_statement_is_made_twice,
    stems_hold_no_key,
    tokens_are_known,
)
from quizzes.content.rules.points_rules import (
    choices_keep_their_natural_order,
    facts_belong_to_the_objective,
    points_follow_the_type,
    sets_have_every_objective,
    stems_say_how_many,
)
from quizzes.content.rules.source_rules import (
    date_is_explained,
    every_fact_is_in_the_reading,
    keys_are_numbered,
    levels_are_complete,
    levels_suit_their_readers,
    reading_suits_grade_seven,
    references_go_back,
    speakers_are_named,
)
from quizzes.content.rules.wording_rules import (
    nothing_is_copied_from_the_story,
    old_news_is_told_as_old,
    questions_are_easy_to_read,
    run_hash,
    runs,
    words_take_no_side,
)
from quizzes.content.set_document import combine, parse_set
from quizzes.files.built_in_sets import read_set_files, read_story_runs

ROOT = settings.BASE_DIR
FILES = read_set_files(ROOT / "fixtures" / "pars-agreement")
RUNS = read_story_runs(ROOT / "tests" / "data" / "story_runs.txt")

# Seven words of our own reading, as if they were the story's.
COPIED = next(runs(FILES[0].parsed.reading.paragraphs[0][0].text))


@dataclass
class Tables:
    """A copy of all files that a test may break. runs: hashes of the story."""

    source: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(dict(FILES[0].source)))
    own: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {file.path.name: copy.deepcopy(dict(file.own)) for file in FILES}
    )
    runs: frozenset[str] | None = RUNS
    guide: dict[str, Any] | None = field(default_factory=lambda: copy.deepcopy(dict(FILES[0].guide or {})))

    def question(self, key: str) -> dict[str, Any]:
        """The question with this key."""
        return next(table for own in self.own.values() for table in own["questions"] if table["key"] == key)

    def sentence(self, key: str) -> dict[str, Any]:
        """The sentence with this key."""
        paragraphs = self.source["reading"]["paragraphs"]
        return next(table for part in paragraphs for table in part["sentences"] if table["key"] == key)

    def level(self, number: int) -> dict[str, str]:
        """The sentences of a level of the reading: 0 for the easier one, 1 for the Spanish one."""
        sentences: dict[str, str] = self.source["reading"]["variants"][number]["sentences"]
        return sentences

    def all_singles(self) -> list[dict[str, Any]]:
        """Every single choice."""
        return [table for own in self.own.values() for table in own["questions"] if table["type"] == "single"]

    def all_evidence(self) -> list[dict[str, Any]]:
        """Every question that asks for sentences."""
        return [table for own in self.own.values() for table in own["questions"] if table["type"] == "evidence"]

    def folder(self) -> Folder:
        """What the rules read."""
        sets = tuple(RuleSet(name, own, parse_set(combine(self.source, own))) for name, own in self.own.items())
        return Folder(self.source, sets[0].parsed.reading, sets, self.runs, self.guide)


def test_built_in_sets_keep_every_rule() -> None:
    assert [str(finding) for finding in all_rules.findings(Tables().folder())] == []


# --- A broken copy for each rule ----------------------------------------------------------------------------------

Break = Callable[[Tables], Any]
CASES: list[tuple[Rule, Break, str]] = []


def set_(table: dict[str, Any], **changes: Any) -> None:
    table.update(changes)


def key_of(table: dict[str, Any]) -> dict[str, Any]:
    """The correct choice."""
    found: dict[str, Any] = next(choice for choice in table["choices"] if choice.get("key"))
    return found


MAIN, WHO, EXIT = "pars-agreement.toml", "who-says-so.toml", "exit-ticket.toml"


def replaced_reading(tables: Tables, text: str) -> None:
    tables.sentence("s4")["text"] = text


def key_first(tables: Tables) -> None:
    """The key of every single choice comes first."""
    for table in tables.all_singles():
        table["choices"].sort(key=lambda choice: not choice.get("key"))


def contradicted_by(tables: Tables, sentence: str) -> None:
    """A wrong choice of a question on what the mayor says is contradicted by this sentence."""
    set_(tables.question("how-ice-broke-the-agreement")["choices"][0], mark="contradicted", mark_at=[sentence])


def all_keys(tables: Tables, text: Callable[[str], str]) -> None:
    """The key of every single choice has another text."""
    for table in tables.all_singles():
        key_of(table)["text"] = text(key_of(table)["text"])


CASES += [
    # The source.
    (
        keys_are_numbered,
        lambda t: (set_(t.sentence("s2"), key="s99"), t.source["reading"].pop("variants")),
        "sentence 2 must have the key “s2”",
    ),
    (
        every_fact_is_in_the_reading,
        lambda t: set_(t.sentence("s2"), facts=["F2"]),
        "fact “F1”: no sentence of the reading",
    ),
    (
        every_fact_is_in_the_reading,
        lambda t: set_(t.sentence("s3"), text="The story says so."),
        "“s3”: it speaks about the story",
    ),
    (
        speakers_are_named,
        lambda t: set_(t.sentence("s8"), text="ICE admitted this."),
        "“s8”: it does not name its speaker",
    ),
    (
        speakers_are_named,
        lambda t: set_(t.sentence("s18"), text="It made it easy."),
        "“s18”: it does not name its speaker",
    ),
    (speakers_are_named, lambda t: set_(t.sentence("s20"), text="They came."), "“s20”: it does not name its speaker"),
    (reading_suits_grade_seven, lambda t: replaced_reading(t, "It " * 60), "“s4”: it has 60 words, at most 22"),
    (reading_suits_grade_seven, lambda t: replaced_reading(t, "It " * 60), "the reading has 332 words, not 200 to 290"),
    (reading_suits_grade_seven, lambda t: replaced_reading(t, "administration " * 22), "the reading is at grade"),
    (
        speakers_are_named,
        lambda t: set_(t.level(1), s18="Era fácil."),
        "“s18”: it does not name its speaker (The protesters) at the level “es”",
    ),
    (levels_are_complete, lambda t: t.level(0).pop("s4"), "sentence “s4”: it is missing at the level “easier”"),
    (levels_suit_their_readers, lambda t: set_(t.level(0), s4="It " * 16), "“s4”: it has over 15 words"),
    (
        levels_suit_their_readers,
        lambda t: set_(t.level(0), s4="interdepartmental " * 15),
        "at most 5.0 at the level “easier”",
    ),
    (levels_suit_their_readers, lambda t: set_(t.level(0), s4="It " * 60), "it does not have 150 to 230 words"),
    (levels_suit_their_readers, lambda t: set_(t.level(1), s4="Un " * 60), "it does not have 250 to 380 words"),
    (
        date_is_explained,
        lambda t: set_(t.source["citation"], published_on="", date_note=""),
        "neither a date nor a note",
    ),
    (references_go_back, lambda t: set_(t.sentence("s8"), refers_to=["s9"]), "“s9”, which is not an earlier sentence"),
    (references_go_back, lambda t: set_(t.sentence("s8"), refers_to=["s1"]), "“s1”, which has another speaker"),
    # Evidence.
    (
        facts_are_proved,
        lambda t: set_(t.question("proof-no-wait"), facts=["F7", "F2"]),
        "“F2” is on none of its evidence",
    ),
    (
        what_is_given_is_cited,
        lambda t: set_(t.question("proof-weeks-of-demand"), gives=["F19", "F12"]),
        "it gives “F12”, which is not one of its facts",
    ),
    (
        evidence_is_whole,
        lambda t: set_(t.question("voices-on-ice-in-the-city"), evidence=["s8", "s18", "s19", "s20"]),
        "its evidence “s8” refers to “s7”",
    ),
    (
        evidence_is_whole,
        lambda t: t.question("what-ice-told-the-city").pop("stands_alone"),
        "its evidence “s8” refers to “s7”",
    ),
    (
        statements_have_their_own_evidence,
        lambda t: t.question("voices-on-whom-ice-looked-up")["statements"][2].pop("near"),
        "“The district attorney had a part in the agreement too.” names no fact that is near",
    ),
    (
        statements_have_their_own_evidence,
        lambda t: set_(t.question("voices-on-whom-ice-looked-up")["statements"][1], near="F7"),
        "is in the story and has “near”",
    ),
    (
        wording_is_confirmed,
        lambda t: set_(t.sentence("s21"), text="It was to end."),
        "when-it-was-to-run-out”: a sentence changed",
    ),
    (wording_is_confirmed, lambda t: t.question("a-last-day").pop("confirmed"), "a-last-day”: no one confirmed it"),
    (
        absence_is_shown,
        lambda t: set_(t.question("does-another-voice-agree"), evidence=["s7"]),
        "two evidence sentences",
    ),
    (
        absence_is_shown,
        lambda t: set_(
            t.question("did-the-protest-decide-it"),
            explanation="The story tells of both, and that is all there is to it.",
        ),
        "does not say that something is absent",
    ),
    (
        quotes_are_in_the_reading,
        lambda t: set_(t.question("proof-no-wait"), explanation="“At once” means without any wait for a report."),
        "“At once” is in quotation marks and not in the reading",
    ),
    # Objectives, points, order.
    (
        facts_belong_to_the_objective,
        lambda t: set_(t.question("proof-what-opened-pars"), objective="records"),
        "the fact “F6” belongs to “access”, not to “records”",
    ),
    (
        facts_belong_to_the_objective,
        lambda t: set_(t.question("voices-on-whom-ice-looked-up")["statements"][2], near="F1"),
        "the fact “F1” belongs to “records”",
    ),
    (
        points_follow_the_type,
        lambda t: set_(t.question("proof-what-opened-pars"), points=2),
        "counts 2 points and should count 1",
    ),
    (
        points_follow_the_type,
        lambda t: set_(t.question("voices-on-whom-ice-looked-up"), points=2),
        "counts 2 points and should count 3",
    ),
    (points_follow_the_type, lambda t: set_(t.question("a-proof-no-other-term"), points=2), "should count 1"),
    (
        stems_say_how_many,
        lambda t: set_(t.question("two-things-in-pars"), stem="What did PARS record?"),
        "end with “Choose two.”",
    ),
    (
        stems_say_how_many,
        lambda t: set_(t.question("what-pars-leaves-open"), stem="Which? Choose two."),
        "end with “Choose three.”",
    ),
    (
        stems_say_how_many,
        lambda t: t.question("two-things-in-pars").pop("asked_count"),
        "needs “asked_count = 2”",
    ),
    (sets_have_every_objective, lambda t: t.own[EXIT]["questions"].pop(), "no question on “When it was to expire”"),
    (
        choices_keep_their_natural_order,
        lambda t: t.question("day-the-agreement-expires")["choices"].reverse(),
        "not in their order",
    ),
    (
        choices_keep_their_natural_order,
        lambda t: t.question("a-last-day").pop("keep_order"),
        "need “keep_order = true”",
    ),
    (
        choices_keep_their_natural_order,
        lambda t: t.question("a-who-says-people-nearby")["choices"].reverse(),
        "not in their order",
    ),
    # Marks and choices.
    (
        wrong_choices_are_marked,
        lambda t: t.question("a-last-day")["choices"][0].pop("mark"),
        "is wrong and has no mark",
    ),
    (
        wrong_choices_are_marked,
        lambda t: t.question("a-last-day")["choices"][0].pop("mark_at"),
        "and names no sentence",
    ),
    (
        wrong_choices_are_marked,
        lambda t: set_(t.question("b-which-address")["choices"][1], mark_at=["s4"]),
        "is not stated and names a sentence",
    ),
    (
        speakers_contradict_nothing,
        lambda t: set_(t.question("a-last-day")["choices"][0], mark_at=["s7"]),
        "is contradicted only by a speaker",
    ),
    (
        speakers_contradict_nothing,
        lambda t: (
            contradicted_by(t, "s7"),
            set_(t.question("how-ice-broke-the-agreement"), stem="How did ICE break the agreement?"),
        ),
        "is contradicted only by a speaker",
    ),
    (
        speakers_contradict_nothing,
        lambda t: contradicted_by(t, "s18"),
        "is contradicted only by a speaker",
    ),
    (
        a_wrong_choice_tempts,
        lambda t: [choice.pop("leans_on", None) for choice in t.question("b-last-day")["choices"]],
        "no wrong choice has “leans_on”, the sentence that suggests it",
    ),
    (
        nothing_is_asked_twice,
        lambda t: set_(t.question("b-last-day"), stem="on which day was the agreement to expire"),
        "is asked twice",
    ),
    (nothing_is_asked_twice, lambda t: set_(t.question("b-last-day"), key="a-last-day"), "two questions have this key"),
    (
        nothing_is_asked_twice,
        lambda t: set_(t.question("voices-on-pars")["statements"][0], text="ICE ought to leave Philadelphia"),
        "the statement “ICE ought to leave Philadelphia” is asked twice",
    ),
    (
        choices_differ,
        lambda t: set_(t.question("b-which-address")["choices"][1], text="The, local address!"),
        "two of its choices are “the local address”",
    ),
    (
        no_choice_is_about_choices,
        lambda t: set_(t.question("b-which-address")["choices"][0], text="None of the above"),
        "“None of the above” is about choices",
    ),
    (
        feedback_has_a_length,
        lambda t: set_(t.question("b-which-address")["choices"][0], rationale="It is not."),
        "has 3 words, not 5 to 34",
    ),
    (feedback_has_a_length, lambda t: set_(t.question("b-last-day"), explanation="Yes."), "has 1 words, not 8 to 40"),
    (
        feedback_has_a_length,
        lambda t: t.question("proof-no-wait")["choices"].__delitem__(slice(1, None)),
        "fewer than two wrong sentences",
    ),
    (
        written_questions_protect_students,
        lambda t: set_(t.question("why-in-own-words"), note="Two sentences."),
        "does not ask students to leave out themselves",
    ),
    # No hints.
    (
        tokens_are_known,
        lambda t: set_(t.question("a-last-day"), asks=["F99"]),
        "“F99” in “asks” or “gives” is not known",
    ),
    (tokens_are_known, lambda t: t.question("a-last-day").pop("asks"), "it does not say what it asks"),
    (
        no_question_gives_another_away,
        lambda t: set_(t.question("proof-no-wait"), gives=["F7", "F6@where"]),
        "proof-what-opened-pars”: “proof-no-wait” gives its answer away: F6@where",
    ),
    (
        no_question_gives_another_away,
        lambda t: set_(t.question("proof-what-opened-pars"), asks=["F20@who"]),
        "the sample quiz gives its answer away: F20@who",
    ),
    (
        no_statement_is_made_twice,
        lambda t: set_(t.question("voices-on-ice-in-the-city"), asks=["F23@who"]),
        "“proof-less-work-for-ice” shows that this is in the story: F23",
    ),
    (
        stems_hold_no_key,
        lambda t: set_(t.question("b-which-address"), stem="Is it the local address?"),
        "its stem has the correct answer “The local address”",
    ),
    (
        stems_hold_no_key,
        lambda t: set_(t.question("a-which-of-these-was-recorded"), stem="What local things did PARS record?"),
        "only its key “The local address” shares a word with its stem",
    ),
    (key_stands_in_every_place, key_first, "choice 1 is the key of 15 of 15 questions"),
    (
        length_gives_no_key,
        lambda t: all_keys(t, lambda text: f"{text}, as the reading tells in full"),
        "the longest choice",
    ),
    (length_gives_no_key, lambda t: all_keys(t, lambda text: text[:3]), "the shortest choice"),
    (choices_alone_tell_no_key, lambda t: all_keys(t, lambda text: f"{text} not"), "“the only negation” earns"),
    (choices_alone_tell_no_key, lambda t: all_keys(t, lambda text: f"Some {text}"), "“the mildest” earns"),
    (
        choices_alone_tell_no_key,
        lambda t: [set_(table, key_sentences=["s21"], choices=[]) for table in t.all_evidence()],
        "“the last sentences” earns",
    ),
    (choices_alone_tell_no_key, lambda t: all_keys(t, lambda _: "Xxxx"), "“fewest words of the other choices” earns"),
    (
        every_speaker_is_offered,
        lambda t: set_(
            t.question("voices-on-whom-ice-looked-up"),
            voices=["reporter", "mayor", "not_stated", "protesters", "unnamed"],
        ),
        "does not offer all speakers in their order",
    ),
    (
        every_speaker_is_offered,
        lambda t: [set_(s, voice="mayor") for q in t.own[WHO]["questions"] for s in q.get("statements", ())],
        "“mayor” is the key of 13 of 13 statements",
    ),
    (
        contested_facts_name_their_speaker,
        lambda t: set_(t.question("proof-how-ice-broke-it"), statement="ICE broke the agreement."),
        "its evidence has the speaker “mayor” and it names none",
    ),
    (
        no_fact_gets_a_wrong_speaker,
        lambda t: set_(t.question("try-voices")["statements"][1], facts=["F21"]),
        "names the fact “F21”, which has no clear speaker",
    ),
    # Forms.
    (
        forms_name_each_other,
        lambda t: t.own["check-b.toml"].pop("form_of"),
        "a form of “check-b”, which does not name it",
    ),
    (forms_are_alike, lambda t: t.own["check-b.toml"]["questions"].pop(), "it has 8 questions and check-b.toml 7"),
    (forms_are_alike, lambda t: t.question("b-last-day")["choices"].pop(0), "its number of choices is 4 and that of"),
    (
        forms_are_alike,
        lambda t: set_(
            t.question("b-last-day"), stem="Up to which day, as the story tells it to its readers, was it to last?"
        ),
        "words and “b-last-day”",
    ),
    (
        forms_share_only_what_they_list,
        lambda t: set_(t.question("b-which-address"), asks=["F4", "F9@where"]),
        "“shared_asks” must be F26, F27@where, F4, F9@where",
    ),
    # The teaching guide and the words to know.
    (guide_has_every_part, lambda t: setattr(t, "guide", None), "teaching-guide.toml: there is no such file"),
    (guide_has_every_part, lambda t: t.guide.pop("parents"), "part “parents”: it is empty"),
    (guide_has_every_part, lambda t: t.source["reading"].pop("words"), "the reading explains no word"),
    (
        guide_is_in_every_language,
        lambda t: t.guide["plan"]["days"][0]["texts"]["es"].pop("aim"),
        "plan: no text in “es” for days 1: aim: “Read and know the words”",
    ),
    (
        guide_is_in_every_language,
        lambda t: t.guide["care"]["texts"]["es"].update(points=["Una sola línea."]),
        "care: no text in “es” for points",
    ),
    (
        standards_name_questions,
        lambda t: t.guide["standards"][0]["questions"].append("none"),
        "standard “C3 D2.Civ.2.6-8”: no set has the question “none”",
    ),
    (
        standards_name_questions,
        lambda t: set_(t.guide["standards"][8], questions=[]),
        "it names no question and no part of the guide",
    ),
    (
        sentences_to_find_count_as_citing,
        lambda t: next(one for one in t.guide["standards"] if one["code"] == "CCSS RH.6-8.1")["questions"].pop(0),
        "“CCSS RH.6-8.1”: it does not name the question “proof-pars-not-ices”",
    ),
    (
        plan_fits_its_lessons,
        lambda t: t.guide["plan"]["days"][4]["texts"]["es"]["in_class"].__setitem__(0, "Conversación (30 minutos)."),
        "day 5: it takes 55 minutes, not 45 (es)",
    ),
    (
        plan_fits_its_lessons,
        lambda t: set_(t.guide["plan"], shorter="For one day, use days 1 and 2."),
        "plan for less time: it takes 0 minutes, not 45 (en)",
    ),
    (
        words_are_used_and_explained,
        lambda t: set_(t.source["reading"]["words"][0], en=["administrator"]),
        "word “administration”: its form “administrator” is in no reading of that language",
    ),
    (
        words_are_used_and_explained,
        lambda t: set_(t.source["reading"]["words"][0], meaning="people " * 21),
        "its meaning has over 20 words",
    ),
    (
        words_are_used_and_explained,
        lambda t: set_(t.source["reading"]["words"][0], meaning="agreement"),
        "its meaning is only another listed word",
    ),
    (
        nothing_is_copied_from_the_story,
        lambda t: (set_(t.guide["parents"], text=COPIED), setattr(t, "runs", frozenset({run_hash(COPIED)}))),
        f"teaching-guide.toml: “{COPIED}” is copied from the story",
    ),
    # Words.
    (
        old_news_is_told_as_old,
        lambda t: set_(t.question("a-last-day"), stem="Which day in 2018?"),
        "“2018” is not allowed",
    ),
    (
        old_news_is_told_as_old,
        lambda t: set_(t.question("b-which-address"), stem="What does PARS hold?"),
        "“does PARS” is not allowed",
    ),
    (
        words_take_no_side,
        lambda t: set_(t.question("how-ice-broke-the-agreement"), stem="What did the mayor claim?"),
        "“claim” takes a side",
    ),
    (
        words_take_no_side,
        lambda t: set_(t.question("b-last-day"), stem="When, as ICE admitted, was it to end?"),
        "“admitted” is only for the mayor",
    ),
    (
        questions_are_easy_to_read,
        lambda t: set_(t.question("a-last-day"), stem="Determine the expiration of interdepartmental authorization?"),
        "its stem is at grade",
    ),
    (
        nothing_is_copied_from_the_story,
        lambda t: setattr(t, "runs", frozenset({run_hash(COPIED)})),
        f"“{COPIED}” is copied from the story",
    ),
]


@pytest.mark.parametrize(
    ("rule", "change", "finding"), CASES, ids=[f"{c[0].__name__}-{n}" for n, c in enumerate(CASES)]
)
def test_rule_refuses_a_broken_copy(rule: Rule, change: Break, finding: str) -> None:
    tables = Tables()
    change(tables)
    found = [str(one) for one in rule(tables.folder())]
    assert any(finding in line for line in found), found


def test_mayor_contradicts_what_he_is_said_to_have_said() -> None:
    tables = Tables()
    contradicted_by(tables, "s7")
    assert list(speakers_contradict_nothing(tables.folder())) == []


def test_a_changed_level_must_be_confirmed() -> None:
    tables = Tables()
    tables.level(1)["s4"] += " Y más."
    found = [str(one) for one in wording_is_confirmed(tables.folder())]
    assert any("“two-things-in-pars”: a sentence changed" in line for line in found), found


@pytest.mark.parametrize(
    ("level", "key", "text", "quote"),
    [
        (0, "s5", "The agreement let ICE agents see PARS as things happened.", "In real time"),
        (1, "s5", "El acuerdo permitía que los agentes de ICE vieran PARS sin espera.", "En tiempo real"),
        (1, "s8", "Él dijo que ICE admitió esto en reuniones con funcionarios de la ciudad.", None),
    ],
)
def test_quote_must_stand_at_every_level_of_its_language(level: int, key: str, text: str, quote: str | None) -> None:
    """The words of another sentence are enough: the mayor speaks in seven."""
    tables = Tables()
    tables.level(level)[key] = text
    found = [str(one) for one in quotes_are_in_the_reading(tables.folder())]
    assert any(f"“{quote}” is in quotation marks" in line for line in found) == (quote is not None), found


def test_quote_in_a_stem_must_stand_in_the_reading_of_its_language() -> None:
    tables = Tables()
    tables.question("how-often-the-mayor-speaks")["texts"]["es"]["stem"] = "¿Cuántas oraciones tienen “Kenney said”?"
    [found] = [str(one) for one in quotes_are_in_the_reading(tables.folder())]
    assert "“Kenney said” is in quotation marks and not in the reading (es)" in found


def test_runs_are_normalized_as_the_story_was_hashed() -> None:
    assert list(runs("ICE’s real-time access, it's said, ended in '18")) == [
        "ices real time access its said ended",
        "real time access its said ended in",
        "time access its said ended in 18",
    ]


def test_every_rule_has_a_broken_copy() -> None:
    assert {case[0] for case in CASES} == set(all_rules.RULES)
