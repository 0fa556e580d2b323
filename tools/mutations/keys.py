"""Keys before their release."""

from tools.mutations.control import Control, control

CONTROLS: tuple[Control, ...] = (
    control(
        "answers wait for their release",
        "quizzes/views/student/results.py",
        "    if can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now):",
        "    if True:",
        "tests/integration/test_secrecy.py",
        *("-k", "canary"),
    ),
    control(
        "answers after the close wait for the last class",
        "quizzes/assignments/release.py",
        "return shown_at is not None and is_over(at=at, deadline_at=shown_at)",
        "return True",
        "tests/assignments/test_release.py",
        *("-k", "answers"),
    ),
    control(
        "an open attempt shows no answers",
        "quizzes/assignments/release.py",
        "return not attempt.is_open and is_released(",
        "return is_released(",
        "tests/assignments/test_release.py",
        *("-k", "answers"),
    ),
    control(
        "answers after the last attempt wait while another can be started",
        "quizzes/assignments/release.py",
        "if max_attempts is not None and len(ended) >= max_attempts:",
        "if ended:",
        "tests/assignments/test_release.py",
        *("-k", "last_attempt"),
    ),
    control(
        "answers after the last attempt wait for an open one",
        "quizzes/assignments/release.py",
        "if len(ended) < len(submitted_at):",
        "if False:",
        "tests/assignments/test_release.py",
        *("-k", "last_attempt"),
    ),
    control(
        "practice waits for the release",
        "quizzes/views/student/practice.py",
        "if attempt.is_open or not can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now):",
        "if attempt.is_open:",
        "tests/reports/test_practice.py",
    ),
    control(
        "verdicts while at work only where they are shown at once",
        "quizzes/attempts/answers.py",
        "    if not is_checked_at_once(attempt.release):\n        raise NotCheckable\n",
        "",
        "tests/attempts/test_lifecycle.py",
        "tests/views/student/test_attempts.py",
        *("-k", "check"),
    ),
    control(
        "a verdict is hidden again with its release",
        "quizzes/views/student/question_page.py",
        "is_shown=is_settled and checks_at_once)",
        "is_shown=is_settled)",
        "tests/views/student/test_attempts.py",
        *("-k", "verdict"),
    ),
    *(
        control(
            f"no page tells the key: {name}",
            f"quizzes/content/question_types/{name}/question.py",
            text,
            without,
            f"tests/content/question_types/test_{name}.py",
        )
        for name, text, without in (
            (
                "single",
                '                    "text": choice.text,\n',
                '                    "text": choice.text + " " * choice.right,\n',
            ),
            (
                "multiple",
                '                    "text": choice.text,\n',
                '                    "text": choice.text + " " * choice.right,\n',
            ),
            (
                "who_says_so",
                '                    "text": statement.text,\n',
                '                    "text": statement.text + " " * len(statement.speaker),\n',
            ),
            (
                "evidence",
                '                        "text": sentence.text,\n',
                '                        "text": sentence.text + " " * (sentence.key in self.key_sentences),\n',
            ),
            (
                "true_false",
                '{"token": choice.id, "text": gettext(choice.text), ',
                '{"token": choice.id, "text": gettext(choice.text) + " " * choice.right, ',
            ),
            (
                "ordering",
                'shuffle.token(self.key, item.id), "text": item.text}',
                'shuffle.token(self.key, item.id), "text": item.text + " " * item.place}',
            ),
            (
                "short_answer",
                '            "max_length": MAX_LINE,\n',
                '            "max_length": max(map(len, self.accepted)),\n',
            ),
            (
                "numeric",
                '            "max_length": MAX_LINE,\n',
                '            "max_length": len(str(self.answer)),\n',
            ),
            (
                "matching",
                'return {"stem": self.stem, "prompts": shuffle.order(self.key, prompts)}',
                'return {"stem": self.stem + self.prompts[0].option, "prompts": prompts}',
            ),
            (
                "blanks",
                '                    "max_length": MAX_LINE,\n',
                '                    "max_length": max(map(len, gap.accepted)),\n',
            ),
            (
                "answer_and_proof",
                '            "stem": self.stem,\n            "answer": {',
                '            "stem": self.stem + self.evidence[0],\n            "answer": {',
            ),
        )
    ),
    control(
        "no page tells the key: free_text",
        "quizzes/content/question_types/free_text/question.py",
        '"criteria": [{"title": criterion.title,',
        '"criteria": [{"title": criterion.description,',
        "tests/content/question_types/test_free_text.py",
    ),
    control(
        "choices are shuffled by a seed that stays on the server",
        "quizzes/content/question_types/shuffle.py",
        'return self._digest(f"token:{question_key}:{choice_id}")[:10]',
        "return choice_id",
        "tests/content/question_types/test_single.py",
        "tests/content/question_types/test_multiple.py",
    ),
    control(
        "answers before the last attempt need a confirmed sentence",
        "quizzes/forms/assignments.py",
        '            del self.fields["early_answers"]\n        elif',
        '            del self.fields["early_answers"]\n        elif self.fields.pop("early_answers") is None:\n'
        "            pass\n        elif",
        "tests/views/teacher/test_assignments.py",
    ),
    control(
        "answers after the close wait for classes that were assigned apart",
        "quizzes/assignments/release.py",
        "        edition__question_set__in=QuestionSet.objects.filter(editions__assignments__in=assignments),\n",
        "        pk__in=[item.pk for item in assignments],\n",
        "tests/assignments/test_release.py",
    ),
    control(
        "answers after the close wait for classes with another version of the set",
        "quizzes/assignments/release.py",
        "        edition__question_set__in=QuestionSet.objects.filter(editions__assignments__in=assignments),\n",
        "        edition__in=[item.edition_id for item in assignments],\n",
        "tests/assignments/test_release.py",
    ),
    control(
        "reopening and accepting late answers say who could see the answers",
        "quizzes/views/teacher/attempt_review.py",
        "None if attempt.is_open else student_saw_answers_at(attempt, now=now)",
        "None",
        "tests/views/teacher/test_accommodations.py",
        *("-k", "could_see"),
    ),
    control(
        "accepting late answers says whether the student could see the answers",
        "templates/teacher/attempt_review.html",
        "            {% csrf_token %}\n"
        '            {% include "parts/answers_since.html" with student=attempt.student %}\n',
        "            {% csrf_token %}\n",
        "tests/views/teacher/test_accommodations.py",
        *("-k", "could_see"),
    ),
    control(
        "questions that visitors could try are confirmed",
        "quizzes/views/teacher/assign.py",
        'is_news = context["public_count"] > 0 and not asked.is_confirmed',
        "is_news = False",
        "tests/views/teacher/test_assign.py",
        *("-k", "visitors_could_try"),
    ),
)
