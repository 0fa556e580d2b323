"""The URLs under /student/, the most requested first."""

from django.urls import path

from quizzes.views.student import (
    answers,
    attempts,
    breaks,
    heartbeats,
    home,
    paced,
    practice,
    results,
    sign_in,
    support_marks,
)

urlpatterns = [
    # The most requested first: Django tries patterns in order.
    path("attempts/<public_id:public_id>/<int:number>/", answers.take_attempt, name="take_attempt"),
    path("attempts/<public_id:public_id>/time/", heartbeats.time_left, name="time_left"),
    path("attempts/<public_id:public_id>/here/", heartbeats.record_heartbeat, name="record_heartbeat"),
    path("attempts/<public_id:public_id>/current/", paced.paced_question, name="paced_question"),
    path("open/", home.open_quizzes, name="open_quizzes"),
    # Sign-in
    path("attempts/<public_id:public_id>/again/", sign_in.enter_pin_again, name="enter_pin_again"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    # Home, attempts, practice
    path("", home.student_home, name="student_home"),
    path("assignments/<public_id:public_id>/", attempts.start_attempt, name="start_attempt"),
    path("attempts/<public_id:public_id>/questions/", attempts.questions_ahead, name="questions_ahead"),
    path("attempts/<public_id:public_id>/marks/", support_marks.support_marks, name="support_marks"),
    path("attempts/<public_id:public_id>/break/", breaks.change_break, name="change_break"),
    path("attempts/<public_id:public_id>/level/", attempts.choose_level, name="choose_level"),
    path("attempts/<public_id:public_id>/review/", attempts.review_attempt, name="review_attempt"),
    path("attempts/<public_id:public_id>/hand-in/", attempts.submit_attempt, name="submit_attempt"),
    path("attempts/<public_id:public_id>/receipt/", results.receipt, name="receipt"),
    path("attempts/<public_id:public_id>/result/", results.result, name="result"),
    path("attempts/<public_id:public_id>/practice/<int:number>/", practice.practice_question, name="practice_question"),
    path("attempts/<public_id:public_id>/practice/result/", practice.practice_result, name="practice_result"),
]
