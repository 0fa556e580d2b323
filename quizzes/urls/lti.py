"""The URLs under /lti/: messages of learning platforms, by LTI 1.3."""

from django.urls import path

from quizzes.views.on_demand import on_demand

urlpatterns = [
    path("login/", on_demand("quizzes.views.lti.lti_login", is_for_platforms=True), name="lti_login"),
    path("launch/", on_demand("quizzes.views.lti.lti_launch", is_for_platforms=True), name="lti_launch"),
    path("frames/<slug:token>/", on_demand("quizzes.views.lti.lti_frame", is_public=True), name="lti_frame"),
    path("keys/", on_demand("quizzes.views.lti.lti_keys", is_for_platforms=True), name="lti_keys"),
    path(
        "register/<slug:token>/",
        on_demand("quizzes.views.lti.lti_register", is_for_platforms=True),
        name="lti_register",
    ),
    path("launches/<public_id:public_id>/", on_demand("quizzes.views.teacher.lti.lti_connect"), name="lti_connect"),
]
