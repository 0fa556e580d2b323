"""Keys before their release."""

from tests.mutations.control import Control, control

CONTROLS: tuple[Control, ...] = (
    control(
        "answers wait for their release",
        "quizzes/views/student/attempts.py",
        "    if answers_shown(attempt.assignment, attempt, shown_at=shown_at, now=now):",
        "    if True:",
        "tests/test_secrecy.py",
        *("-k", "canary"),
    ),
    control(
        "answers after the close wait for the last class",
        "quizzes/assignments.py",
        "return shown_at is not None and now > shown_at + GRACE",
        "return True",
        "tests/test_assignments.py",
        *("-k", "answers"),
    ),
    control(
        "an open attempt shows no answers",
        "quizzes/assignments.py",
        "    if attempt.is_open:\n        return False\n    if assignment.release == Release.AFTER_CLOSE:",
        "    if assignment.release == Release.AFTER_CLOSE:",
        "tests/test_assignments.py",
        *("-k", "answers"),
    ),
    control(
        "practice waits for the release",
        "quizzes/views/student/practice.py",
        "if attempt.is_open or not answers_shown(attempt.assignment, attempt, shown_at=shown_at, now=now):",
        "if attempt.is_open:",
        "tests/test_practice.py",
    ),
    control(
        "verdicts while at work only where they are shown at once",
        "quizzes/attempts.py",
        "    if attempt.assignment.release != Release.AT_ONCE:\n        raise NotCheckable\n",
        "",
        "tests/test_attempts.py",
        "tests/test_student_views.py",
        *("-k", "check"),
    ),
    control(
        "a verdict is hidden again with its release",
        "quizzes/views/student/question_page.py",
        "is_shown=is_settled and checks_at_once)",
        "is_shown=is_settled)",
        "tests/test_student_views.py",
        *("-k", "verdict"),
    ),
    *(
        control(
            f"no page tells the key: {name}",
            f"quizzes/question_types/{name}.py",
            text,
            without,
            f"tests/test_{name}.py",
        )
        for name, text, without in (
            (
                "single",
                '                "text": choice.text,\n',
                '                "text": choice.text + " " * choice.right,\n',
            ),
            (
                "multiple",
                '                "text": choice.text,\n',
                '                "text": choice.text + " " * choice.right,\n',
            ),
            (
                "who_says_so",
                '                "text": statement.text,\n',
                '                "text": statement.text + " " * len(statement.voice),\n',
            ),
            (
                "evidence",
                '                    "text": sentence.text,\n',
                '                    "text": sentence.text + " " * (sentence.key in question.key_sentences),\n',
            ),
            (
                "true_false",
                '{"token": choice.id, "text": choice.text, ',
                '{"token": choice.id, "text": choice.text + " " * choice.right, ',
            ),
            (
                "ordering",
                'presentation.token(question, item.id), "text": item.text}',
                'presentation.token(question, item.id), "text": item.text + " " * item.place}',
            ),
            (
                "short_answer",
                '        "max_length": base.MAX_LINE,\n',
                '        "max_length": max(map(len, question.accepted)),\n',
            ),
            (
                "numeric",
                '        "max_length": base.MAX_LINE,\n',
                '        "max_length": len(str(question.answer)),\n',
            ),
            (
                "matching",
                'return {"stem": question.stem, "prompts": presentation.order(question.key, prompts)}',
                'return {"stem": question.stem + question.prompts[0].option, "prompts": prompts}',
            ),
            (
                "blanks",
                '                "max_length": base.MAX_LINE,\n',
                '                "max_length": max(map(len, gap.accepted)),\n',
            ),
            (
                "answer_and_proof",
                '        "stem": question.stem,\n        "answer": {',
                '        "stem": question.stem + question.evidence[0],\n        "answer": {',
            ),
        )
    ),
    control(
        "no page tells the key: free_text",
        "quizzes/question_types/free_text.py",
        '"criteria": [{"title": criterion.title,',
        '"criteria": [{"title": criterion.description,',
        "tests/test_free_text.py",
    ),
    control(
        "choices are shuffled by a seed that stays on the server",
        "quizzes/question_types/base.py",
        'return self._digest(f"token:{question.key}:{choice_id}")[:10]',
        "return choice_id",
        "tests/test_single.py",
        "tests/test_multiple.py",
    ),
)
