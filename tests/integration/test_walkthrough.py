"""A walkthrough over HTTP, from a TOML file to the lines of the gradebook's CSV, with worked figures."""

import re
from pathlib import Path

from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.people import accounts
from tests.pages import form_of, read

SOURCE = """
slug = "council"
[citation]
publisher = "The Daily Test"
title = "Council closes a bridge"
published_on = 2026-05-04
[[objectives]]
key = "what"
title = "What was decided"
[[voices]]
key = "reporter"
label = "Reported fact"
icon = "page"
[[voices]]
key = "mayor"
label = "Mayor’s account"
icon = "person"
[[facts]]
id = "F1"
objective = "what"
voice = "reporter"
text = "The council closed the bridge."
[[facts]]
id = "F2"
objective = "what"
voice = "mayor"
text = "The bridge is unsafe."
[reading]
title = "A bridge closes"
language = "en"
[[reading.paragraphs]]
sentences = [
  { key = "s1", text = "The council closed the bridge.", voice = "reporter", facts = ["F1"] },
  { key = "s2", text = "The mayor says the bridge is unsafe.", voice = "mayor", facts = ["F2"] },
]
"""
SET = """
slug = "bridge"
title = "The bridge"
summary = "Three questions."
about_minutes = 2
[minimum]
what = 3
[[questions]]
key = "who-closed"
type = "single"
objective = "what"
skill = "recall"
points = 2
facts = ["F1"]
stem = "Who closed the bridge?"
evidence = ["s1"]
explanation = "The first sentence says so."
[[questions.choices]]
text = "The council"
key = true
rationale = "The reading names it."
[[questions.choices]]
text = "The school"
rationale = "It is not in the reading."
[[questions]]
key = "true-things"
type = "multiple"
objective = "what"
skill = "recall"
points = 3
facts = ["F1", "F2"]
stem = "Which of these does the reading report?"
evidence = ["s1", "s2"]
explanation = "Both sentences together."
[[questions.choices]]
text = "A bridge is closed"
key = true
rationale = "Sentence 1."
[[questions.choices]]
text = "The mayor has a view on the bridge"
key = true
rationale = "Sentence 2."
[[questions.choices]]
text = "A bridge fell down"
rationale = "Closed is not fallen."
[[questions]]
key = "prove-it"
type = "evidence"
objective = "what"
skill = "inference"
points = 1
facts = ["F2"]
stem = "Which sentence proves that somebody worries about the bridge?"
statement = "Somebody worries about the bridge."
evidence = ["s2"]
key_sentences = ["s2"]
explanation = "The mayor does."
rationale_other = "It says nothing of a worry."
[[questions.choices]]
sentence = "s1"
rationale = "It tells what was done, and not why."
"""


def follow(client: Client, response: HttpResponse) -> HttpResponse:
    assert response.status_code == 302, response.content.decode()
    return client.get(response.headers["Location"])


def test_walkthrough_from_a_file_to_the_csv(db: None, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(SOURCE)
    (tmp_path / "bridge.toml").write_text(SET)
    call_command("load_question_sets", tmp_path, verbosity=0)

    teacher = Client()
    make_teacher(teacher)
    classroom = make_classroom(teacher)
    add_three_students(teacher, classroom)
    assign_the_bridge(teacher)
    code, pins = read_cards(teacher, classroom)
    assert set(pins) == {"Ana S.", "Ben O.", "=Cy T."}

    # Ana: all right. 2 + 3 + 1 = 6 of 6.
    answer_everything(join(code, "Ana S.", pins), ["The council"], ["A bridge is closed", "The mayor has"], ["s2"])
    # Ben: the wrong choice 0; one right pick of two and one wrong, (1 - 1) / 2 = 0; the right sentence 1. 1 of 6.
    answer_everything(join(code, "Ben O.", pins), ["The school"], ["A bridge is closed", "A bridge fell"], ["s2"])
    # Cy: right 2; one right pick of two, 1/2 of 3 points; two sentences, one right and one wrong, 0. 3.5 of 6.
    answer_everything(join(code, "=Cy T.", pins), ["The council"], ["A bridge is closed"], ["s1", "s2"])

    page = teacher.get(classroom).content.decode()
    assert "Average" in page
    form = form_of(teacher.get(classroom), having="csrfmiddlewaretoken")
    assert form is not None
    csv = teacher.post(classroom + "file/", {"layout": "scores", "form": "csv"})
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    # Averages: 6/6 = 100 %, 1/6 = 16.7 %, 3.5/6 = 58.3 %. A name that looks like a formula becomes plain text.
    assert csv.content.decode("utf-8-sig").split("\r\n") == [
        'Student,Last name,First name,Student number,"Average %, missing left out",The bridge,Late',
        "Points possible,,,,,6,",
        "Due,,,,,,",
        "Ben O.,O.,Ben,,16.7,1.0,",
        "Ana S.,S.,Ana,,100.0,6.0,",
        "'=Cy T.,T.,'=Cy,,58.3,3.5,",
        "",
    ]


def make_teacher(client: Client) -> None:
    link = accounts.first_teacher_link("http://testserver", timezone.now())
    assert link is not None
    address = link.removeprefix("http://testserver")
    welcome = client.get(address)
    form = form_of(welcome, having="password1")
    data = form.data(email="rivera@school.test", name="Ms. Rivera", password1="seven green bicycles")
    home = follow(client, client.post(form.action or address, data))
    assert home.request["PATH_INFO"] == reverse("add_classroom")
    # The link works once.
    assert "Ms. Rivera" not in Client().get(address).content.decode()


def make_classroom(client: Client) -> str:
    address = reverse("add_classroom")
    data = form_of(client.get(address), having="time_zone").data(name="Period 3", time_zone="America/New_York")
    client.post(address, data)
    links = read(client.get(reverse("teacher_home"))).links
    return next(link for link in links if re.fullmatch(r"/teacher/classrooms/[\w-]{12}/", link))


def add_three_students(client: Client, classroom: str) -> None:
    address = classroom + "roster/add/"
    form = form_of(client.get(address), having="names")
    preview = client.post(address, form.data(names="Ana S.\nBen O.\n \n=Cy T.\nana s.\n"))
    text = preview.content.decode()
    assert "Same name as row 1." in text
    confirmed = form_of(preview, having="is_confirmed")
    client.post(address, confirmed.data(is_confirmed="True"))


def assign_the_bridge(client: Client) -> None:
    sets = client.get(reverse("question_sets"))
    address = next(link for link in read(sets).links if re.fullmatch(r"/teacher/sets/[\w-]{12}/", link)) + "assign/"
    form = form_of(client.get(address), having="release")
    classroom = next(value for name, value in form.offered if name == "classrooms")
    summary = client.post(address, form.data(classrooms=classroom, release="after_hand_in", act="preview"))
    assert "Period 3" in summary.content.decode()
    assert "(3 students)" in summary.content.decode()
    client.post(address, form_of(summary, having="release").data(act="save"))
    # The quiz waits for its teacher.
    home = client.get(reverse("teacher_home"))
    start = next(link for link in read(home).links if link.endswith("/start/"))
    client.post(form_of(client.get(start), having="page").action, {"act": "open"})


def read_cards(client: Client, classroom: str) -> tuple[str, dict[str, str]]:
    text = client.get(classroom + "cards/").content.decode()
    card = r"<h3><bdi>(.*?)</bdi></h3>.*?Class code <b[^>]*>([^<]*)</b>.*?PIN\s*<b[^>]*>(\d{4})</b>"
    cards = re.findall(card, text, re.DOTALL)
    return cards[0][1], {name: pin for name, _, pin in cards}


def join(code: str, name: str, pins: dict[str, str]) -> Client:
    client = Client()
    form = form_of(client.get(reverse("join")), having="code")
    names = follow(client, client.post(reverse("join"), form.data(code=code.lower())))
    button = re.search(rf'value="([^"]*)"><bdi>{re.escape(name)}</bdi></button>', names.content.decode())
    assert button is not None
    pin_page = follow(client, client.post(reverse("choose_name"), {"student": button[1]}))
    data = form_of(pin_page, having="pin").data(pin=pins[name])
    home = follow(client, client.post(reverse("enter_pin"), data))
    assert home.request["PATH_INFO"] == reverse("student_home")
    return client


def answer_everything(client: Client, *answers: list[str]) -> None:
    """answers: for each question of the set, the beginnings of the choices to pick, or sentence keys."""
    begin = next(link for link in read(client.get(reverse("student_home"))).links if "/student/assignments/" in link)
    form = form_of(client.get(begin), having="csrfmiddlewaretoken")
    page = follow(client, client.post(begin, form.data()))
    for picks in answers:
        address = page.request["PATH_INFO"]
        form = form_of(page, having="operation")
        text = page.content.decode()
        chosen: dict[str, list[str]] = {}
        for name, value in form.offered:
            label = re.search(rf'value="{re.escape(value)}"[^>]*>\s*<span[^>]*>([^<]*)', text)
            if any(pick == value or (label and label[1].startswith(pick)) for pick in picks):
                chosen.setdefault(name, []).append(value)
        assert sum(map(len, chosen.values())) == len(picks)
        page = follow(client, client.post(address, form.data(**chosen, act="next")))
    assert page.request["PATH_INFO"].endswith("/review/")
    submit_attempt = next(form for form in read(page).forms if form.action.endswith("/hand-in/"))
    receipt = follow(client, client.post(submit_attempt.action, submit_attempt.data()))
    code = re.search(r"[2-9A-Z]{3}-[2-9A-Z]{3}", receipt.content.decode())
    assert code is not None
    again = follow(client, client.post(submit_attempt.action, submit_attempt.data()))
    assert code[0] in again.content.decode()
