"""Which answers are graded together, and which never are."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.english_words import english_names, english_words
from quizzes.grading import similar_answers
from quizzes.grading.similar_answers import content_of, context_of

ENGLISH = context_of(
    [
        "Why did Mayor Jim Kenney end the agreement?",
        "The city would not renew the PARS agreement with ICE, which expired on August 31, 2018.",
        "Protesters near City Hall had demanded it for about a month.",
        # A name that is a word too, and at the start of a sentence one that looks like a typo.
        "They asked Jim Street. Immigrents is what a group was called.",
    ],
    language="en",
)
SPANISH = context_of(["¿Por qué terminó el acuerdo?"], language="es")


@pytest.mark.parametrize(
    "answers",
    [
        # Case, spaces, punctuation, accents
        (
            "The agreement was unfair.",
            "the AGREEMENT   was unfair",
            "“The agreement was unfair!”",
            "The agreement, was: unfair",
        ),
        ("A resume of the café", "A résumé of the cafe"),
        # Articles, wherever they stand
        ("The mayor ended the agreement", "mayor ended agreement", "A mayor ended an agreement"),
        # The format of numbers and dates
        ("30 days", "thirty days", "30 Days."),
        ("It ended on August 31", "it ended on 8/31", "It ended the 31st of August", "it ended on Agust 31"),
        ("1,000 people", "1000 people", "a thousand people"),
        # One typo in a word: added, missing, changed, swapped; also in several words
        (
            "The agreement was unfair",
            "The agreeement was unfair",
            "The agreemnt was unfair",
            "The agreament was unfair",
        ),
        ("The government decided", "The govermnent decided", "the goverment decidded"),
        # Names and negations that are the same
        ("Kenney didn’t renew it", "kenney didnt renew it"),
    ],
)
def test_answers_of_the_same_content_are_alike(answers: tuple[str, ...]) -> None:
    assert len({content_of(answer, ENGLISH) for answer in answers}) == 1


@pytest.mark.parametrize(
    "answers",
    [
        # Numbers and dates, with or without a typo elsewhere
        ("30 days", "31 days", "3 days", "30.5 days", "-30 days", "30 percent", "about 30 days"),
        ("August 31", "August 30", "July 31", "August 31, 2018", "August 31, 2019"),
        ("The first goverment", "The second government"),
        # Negations
        (
            "They did renew it",
            "They did not renew it",
            "They didn’t renew it",
            "They never renewed it",
            "They renewed it",
        ),
        ("He could renew it", "He couldn’t renew it", "he couldn renew it", "he couldt renew it"),
        ("with a reason", "without a reason", "witout a reason"),
        ("It was lawful", "It was unlawful", "It was ulawful"),
        # Names: of the reading, of the answers, of the list of words
        ("Kenney ended it", "Kenny ended it", "Kenneyy ended it", "Jenney ended it"),
        ("They asked Jansenn", "They asked Janssenn"),
        ("It was clark", "It was clarke", "It was clarkk"),
        ("in Mexico", "in mexicco"),
        ("on a street", "on a streeet"),
        ("It was immigrants", "it was immigrents"),
        ("near Brown", "near Brownn", "near brownnn"),
        # Another word, or a typo of several words
        ("a county rule", "a country rule", "a countr rule"),
        ("the trial", "the trail"),
        ("a persecution", "a prosecution"),
        ("The rules", "The rule", "The rulse"),
        # A typo in a short word, two typos in a word, another first letter
        ("the city", "the citty", "the cty"),
        ("the jail", "the jaail"),
        ("The agreement", "The agremmentt", "The agreementt", "The agreements"),
        ("The emigrants", "The imigrants"),
        # Order
        ("ICE asked the city", "The city asked ICE"),
        # Signs without a word
        ("👍", "👎", "?"),
        ("> 30 days", "< 30 days"),
    ],
)
def test_answers_of_another_content_are_not_alike(answers: tuple[str, ...]) -> None:
    for one, other in combinations(answers, 2):
        assert content_of(one, ENGLISH) != content_of(other, ENGLISH), (one, other)


def test_other_languages_have_their_articles_and_no_typos() -> None:
    same = {
        content_of(answer, SPANISH) for answer in ("La alcaldía no renovó el acuerdo", "alcaldía no renovo acuerdo")
    }
    assert len(same) == 1
    other = (
        "Firmó el acuerdo",
        "Firma el acuerdo",
        "Firmó los acuerdos",
        "Firmó the acuerdo",
        "Firmmó el acuerdo",
        "Un agreement",
        "Un agreemnt",
    )
    assert len({content_of(answer, SPANISH) for answer in other}) == len(other)


def test_only_articles_stay() -> None:
    assert (content_of("a", ENGLISH), content_of("The", ENGLISH)) == ("a", "the")


WORDS = st.sampled_from(
    "agreement agreemnt goverment government Kenney kenny unfair ended renewed city police polcie mayor".split()
)


@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_a_number_a_negation_and_a_name_always_count(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words)))

    def with_word(word: str) -> str:
        return content_of(" ".join([*words[:place], word, *words[place:]]), ENGLISH)

    inserted = ["", "not", "never", "didn’t", "no", "30", "31", "8/31", "Kenney", "Kenny", "Nutter"]
    assert len({with_word(word) for word in inserted}) == len(inserted)


def test_a_word_that_is_longer_than_all_words_costs_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def one_typo_away(word: str) -> set[str]:
        tried.append(word)
        return {"council"}

    monkeypatch.setattr(similar_answers, "_one_typo_away", one_typo_away)
    context = context_of(["The council voted."], language="en")

    assert content_of(f"The councxl {'x' * 4000} voted", context) == f"council {'x' * 4000} voted"
    assert tried == ["councxl"]
    assert max(map(len, english_words())) < similar_answers._MAX_LETTERS


def test_list_of_words_tells_names() -> None:
    assert {"kenny", "brown", "mexico", "smith"} <= english_names() < english_words()
    assert {"agreement", "government", "police", "because"} & english_names() == set()
    assert {"agreement", "government", "police", "because"} <= english_words()
