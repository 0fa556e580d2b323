"""The URLs under /teacher/, the most requested first."""

from django.urls import path

from quizzes.people.class_roles import ClassAct
from quizzes.views.access import exports
from quizzes.views.on_demand import on_demand
from quizzes.views.teacher import (
    accommodations,
    account,
    answer_visibility,
    archived_classes,
    assign,
    assignment_window,
    assignments,
    attempt_review,
    board,
    class_people,
    class_report,
    classrooms,
    downloads,
    erasure,
    extensions,
    gradebook,
    grading_queue,
    growth,
    handouts,
    item_report,
    late_answers,
    merges,
    paper_answers,
    progress,
    regrades,
    rosters,
    search,
    start_class,
    student_report,
    students,
    supports,
)

urlpatterns = [
    # The most requested first: Django tries patterns in order.
    path("assignments/<public_id:public_id>/live/", progress.live_progress, name="live_progress"),
    path("assignments/<public_id:public_id>/board/live/", board.live_board, name="live_board"),
    path("classrooms/<public_id:public_id>/start/live/", start_class.live_start_classroom, name="live_start_classroom"),
    path("assignments/<public_id:public_id>/running/live/", start_class.live_running_class, name="live_running_class"),
    # A class on a learning platform
    path(
        "classrooms/<public_id:public_id>/courses/<int:course_id>/",
        on_demand("quizzes.views.teacher.lti.lti_members", act=ClassAct.CHANGE),
        name="lti_members",
    ),
    path(
        "classrooms/<public_id:public_id>/courses/<int:course_id>/disconnect/",
        on_demand("quizzes.views.teacher.lti.lti_disconnect", act=ClassAct.OWN),
        name="lti_disconnect",
    ),
    path(
        "assignments/<public_id:public_id>/scores/retry/",
        on_demand("quizzes.views.teacher.lti.lti_retry"),
        name="lti_retry",
    ),
    # Home and account
    path("", classrooms.teacher_home, name="teacher_home"),
    path("search/", search.search_page, name="search"),
    path("to-do/hide/", classrooms.hide_todo, name="hide_todo"),
    path("to-do/show/", classrooms.show_todo, name="show_todo"),
    path("account/", account.account, name="account"),
    path("account/school-account/remove/", account.remove_school_account, name="remove_school_account"),
    path("account/email/", account.change_email, name="change_email"),
    path("account/delete/", account.delete_account, name="delete_account"),
    path("account/file/", account.download_account, name="download_account"),
    path("account/sign-out/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/invite/", account.invite, name="invite"),
    path("account/invitations/<int:number>/cancel/", account.cancel_invitation, name="cancel_invitation"),
    # Classrooms and rosters
    path("classrooms/new/", classrooms.add_classroom, name="add_classroom"),
    path(
        "classrooms/oneroster/", on_demand("quizzes.views.teacher.oneroster.import_oneroster"), name="import_oneroster"
    ),
    path("classrooms/import/", on_demand("quizzes.views.teacher.class_files.import_class"), name="import_class"),
    path(
        "classrooms/<public_id:public_id>/export/",
        exports(on_demand("quizzes.views.teacher.class_files.download_class")),
        name="download_class",
    ),
    path("classrooms/sample/", classrooms.open_sample_class, name="open_sample_class"),
    path("classrooms/archived/", archived_classes.archived_classrooms, name="archived_classrooms"),
    path("classrooms/<public_id:public_id>/", gradebook.classroom_gradebook, name="classroom_gradebook"),
    path("classrooms/<public_id:public_id>/quizzes/", classrooms.classroom_quizzes, name="classroom_quizzes"),
    path("classrooms/<public_id:public_id>/mastery/", gradebook.classroom_mastery, name="classroom_mastery"),
    path("classrooms/<public_id:public_id>/growth/", growth.classroom_growth, name="classroom_growth"),
    path("classrooms/<public_id:public_id>/growth/halves/", growth.give_halves, name="give_halves"),
    path("classrooms/<public_id:public_id>/file/", downloads.download_file, name="download_file"),
    path("classrooms/<public_id:public_id>/settings/", classrooms.change_classroom, name="change_classroom"),
    path("classrooms/<public_id:public_id>/code/", classrooms.change_code, name="change_code"),
    path("classrooms/<public_id:public_id>/code/undo/", classrooms.restore_code, name="restore_code"),
    path("classrooms/<public_id:public_id>/quizzes/undo/", assignments.restore_assignment, name="restore_assignment"),
    path("classrooms/<public_id:public_id>/joining/", classrooms.set_code_active, name="set_code_active"),
    path("classrooms/<public_id:public_id>/sort/", classrooms.sort_roster, name="sort_roster"),
    path("classrooms/<public_id:public_id>/supports/", supports.set_class_supports, name="set_class_supports"),
    path(
        "classrooms/<public_id:public_id>/accommodations/", supports.class_accommodations, name="class_accommodations"
    ),
    path(
        "classrooms/<public_id:public_id>/accommodations/import/",
        supports.import_accommodations,
        name="import_accommodations",
    ),
    path(
        "classrooms/<public_id:public_id>/accommodations/download/",
        supports.download_accommodations,
        name="download_accommodations",
    ),
    path("classrooms/<public_id:public_id>/accommodations/extend/", extensions.extend_to_fit, name="extend_to_fit"),
    path("classrooms/<public_id:public_id>/levels/", classrooms.set_reading_levels, name="set_reading_levels"),
    path("classrooms/<public_id:public_id>/pins/", classrooms.set_pin_kind, name="set_pin_kind"),
    path("classrooms/<public_id:public_id>/missing/", classrooms.set_missing_rule, name="set_missing_rule"),
    path("classrooms/<public_id:public_id>/archive/", archived_classes.set_archived, name="set_archived"),
    path("classrooms/<public_id:public_id>/start/", start_class.start_classroom, name="start_classroom"),
    path("classrooms/<public_id:public_id>/roster/", rosters.roster, name="roster"),
    path("classrooms/<public_id:public_id>/roster/add/", rosters.add_students, name="add_students"),
    path("classrooms/<public_id:public_id>/cards/", rosters.sign_in_cards, name="sign_in_cards"),
    path("classrooms/<public_id:public_id>/pin/", rosters.change_pins, name="change_pins"),
    path("classrooms/<public_id:public_id>/hand-over/", classrooms.hand_over_classroom, name="hand_over_classroom"),
    path("classrooms/<public_id:public_id>/people/add/", class_people.add_person, name="add_person"),
    path("classrooms/<public_id:public_id>/people/<int:number>/role/", class_people.change_role, name="change_role"),
    path(
        "classrooms/<public_id:public_id>/people/<int:number>/remove/", class_people.remove_person, name="remove_person"
    ),
    path("classrooms/<public_id:public_id>/leave/", class_people.leave_classroom, name="leave_classroom"),
    path("classrooms/<public_id:public_id>/delete/", erasure.erase_classroom, name="erase_classroom"),
    # Students
    path("students/<public_id:public_id>/", students.student_history, name="student_history"),
    path("students/<public_id:public_id>/rename/", students.rename_student, name="rename_student"),
    path("students/<public_id:public_id>/number/", students.change_number, name="change_number"),
    path("students/<public_id:public_id>/move/", students.move_student, name="move_student"),
    path("students/<public_id:public_id>/transfer-work/", students.transfer_work, name="transfer_work"),
    path("students/<public_id:public_id>/excuse-earlier/", students.excuse_earlier, name="excuse_earlier"),
    path("students/<public_id:public_id>/merge/", merges.merge_student, name="merge_student"),
    path("students/<public_id:public_id>/remove/", students.remove_student, name="remove_student"),
    path("students/<public_id:public_id>/restore/", students.restore_student, name="restore_student"),
    path(
        "students/<public_id:public_id>/accommodations/", accommodations.set_accommodations, name="set_accommodations"
    ),
    path("students/<public_id:public_id>/file/", downloads.download_student, name="download_student"),
    path("students/<public_id:public_id>/report/", student_report.student_report, name="student_report"),
    path("classrooms/<public_id:public_id>/reports/", student_report.class_reports, name="class_reports"),
    path("students/<public_id:public_id>/pin/", students.change_pin, name="change_pin"),
    path("students/<public_id:public_id>/let-in/", students.let_student_in, name="let_student_in"),
    path("students/<public_id:public_id>/delete/", erasure.erase_student, name="erase_student"),
    path("deleted/<slug:receipt>/", erasure.erasure_receipt, name="erasure_receipt"),
    # An assignment
    path("assign/", assign.assign_quiz, name="assign_quiz"),
    path("assignments/<public_id:public_id>/", progress.assignment_progress, name="assignment_progress"),
    path("assignments/<public_id:public_id>/names/", progress.hide_names, name="hide_names"),
    path("assignments/<public_id:public_id>/start/", start_class.start_class, name="start_class"),
    path("assignments/<public_id:public_id>/running/", start_class.running_class, name="running_class"),
    path("assignments/<public_id:public_id>/board/", board.class_board, name="class_board"),
    path("assignments/<public_id:public_id>/board/show/", board.show_on_board, name="show_on_board"),
    path("assignments/<public_id:public_id>/change/", assignments.change_assignment, name="change_assignment"),
    path("assignments/<public_id:public_id>/again/", assign.assign_again, name="assign_again"),
    path("assignments/<public_id:public_id>/retry/assign/", assign.assign_retry, name="assign_retry"),
    path("assignments/<public_id:public_id>/classes/", assign.add_classes, name="add_classes"),
    path("assignments/<public_id:public_id>/version/", assignments.change_version, name="change_version"),
    path("assignments/<public_id:public_id>/window/", assignment_window.change_window, name="change_window"),
    path("assignments/<public_id:public_id>/window/undo/", assignment_window.undo_close, name="undo_close"),
    path("assignments/<public_id:public_id>/withdraw/", assignments.delete_assignment, name="delete_assignment"),
    # An assignment on paper
    path("assignments/<public_id:public_id>/print/", handouts.print_assignment, name="print_assignment"),
    path("assignments/<public_id:public_id>/print/key/", handouts.print_assignment_key, name="print_assignment_key"),
    path("assignments/<public_id:public_id>/paper/", paper_answers.paper_answers, name="paper_answers"),
    path(
        "assignments/<public_id:public_id>/paper/<public_id:student_id>/",
        paper_answers.student_paper_answers,
        name="student_paper_answers",
    ),
    path(
        "assignments/<public_id:public_id>/paper/<public_id:student_id>/move/",
        paper_answers.move_paper_answers,
        name="move_paper_answers",
    ),
    path(
        "assignments/<public_id:public_id>/paper/<public_id:student_id>/delete/",
        paper_answers.delete_paper_answers,
        name="delete_paper_answers",
    ),
    # Results of an assignment
    path("assignments/<public_id:public_id>/results/", class_report.assignment_results, name="assignment_results"),
    path("assignments/<public_id:public_id>/items/", item_report.item_analysis, name="item_analysis"),
    path("assignments/<public_id:public_id>/items/file/", downloads.download_items, name="download_items"),
    path("assignments/<public_id:public_id>/answers/file/", downloads.download_answers, name="download_answers"),
    path("assignments/<public_id:public_id>/retry/", class_report.retry_assignment, name="retry_assignment"),
    path(
        "assignments/<public_id:public_id>/answers-visible/",
        answer_visibility.answer_visibility,
        name="answer_visibility",
    ),
    # Regrades and the grading queue
    path("assignments/<public_id:public_id>/corrections/", regrades.assignment_regrades, name="assignment_regrades"),
    path(
        "assignments/<public_id:public_id>/corrections/question-<int:number>/",
        regrades.regrade_question,
        name="regrade_question",
    ),
    path(
        "assignments/<public_id:public_id>/corrections/<uuid:group>/undo/", regrades.undo_regrade, name="undo_regrade"
    ),
    path("assignments/<public_id:public_id>/short-answers/", grading_queue.grading_queue, name="grading_queue"),
    path(
        "assignments/<public_id:public_id>/short-answers/settle/",
        grading_queue.settle_queued_answer,
        name="settle_queued_answer",
    ),
    path(
        "assignments/<public_id:public_id>/short-answers/<uuid:group>/undo/",
        grading_queue.undo_settled,
        name="undo_settled",
    ),
    # Students on an assignment
    path("assignments/<public_id:public_id>/students/", extensions.extend_students, name="extend_students"),
    path(
        "assignments/<public_id:public_id>/students/excuses/undo/",
        extensions.undo_excuses,
        name="undo_excuses",
    ),
    path(
        "assignments/<public_id:public_id>/students/<public_id:student_id>/",
        accommodations.student_overrides,
        name="student_overrides",
    ),
    path(
        "assignments/<public_id:public_id>/students/<public_id:student_id>/extend/",
        accommodations.extend_student,
        name="extend_student",
    ),
    path(
        "assignments/<public_id:public_id>/students/<public_id:student_id>/minutes/",
        accommodations.add_minutes,
        name="add_minutes",
    ),
    path(
        "assignments/<public_id:public_id>/students/<public_id:student_id>/excuse/",
        accommodations.excuse_student,
        name="excuse_student",
    ),
    path("assignments/<public_id:public_id>/late/", late_answers.accept_all_late, name="accept_all_late"),
    # One attempt
    path("attempts/<public_id:public_id>/", attempt_review.attempt_review, name="attempt_review"),
    path("attempts/<public_id:public_id>/reopen/", attempt_review.reopen_attempt, name="reopen_attempt"),
    path("attempts/<public_id:public_id>/late/", late_answers.accept_late, name="accept_late"),
    path("attempts/<public_id:public_id>/undo-late/", late_answers.undo_late, name="undo_late"),
    path("attempts/<public_id:public_id>/comment/", attempt_review.comment_on_attempt, name="comment_on_attempt"),
    path(
        "attempts/<public_id:public_id>/question-<int:number>/mark/", attempt_review.grade_answer, name="grade_answer"
    ),
]
