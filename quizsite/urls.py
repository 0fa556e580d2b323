"""The URLs of the site around the app: teachers' accounts, the administrator's pages, health checks."""

from allauth.account import views as allauth_views
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path, re_path, reverse_lazy

from quizsite import administration, health
from quizzes.views import accounts
from quizzes.views.on_demand import on_demand

# The admin's own sign-in form counts no failures; the teachers' sign-in does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Lists of other packages, which change and delete rows past the audit log.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, Group])

# Those of allauth's pages that a teacher needs, under the names by which allauth finds them.
account_urls = [
    path("login/", accounts.sign_in, name="account_login"),
    path("logout/", accounts.sign_out, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("signup/", accounts.sign_up, name="account_signup"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
    path("password/reset/", accounts.reset_password, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # School accounts.
    path(
        "sign-on/<slug:provider_id>/",
        on_demand("quizzes.views.sign_on.start_sign_on", is_public=True),
        name="openid_connect_login",
    ),
    path(
        "sign-on/<slug:provider_id>/callback/",
        on_demand("quizzes.views.sign_on.finish_sign_on", is_public=True),
        name="openid_connect_callback",
    ),
    # The second step. The browser allows passkeys below this address only, see quizsite/middleware.py.
    path("2-step/confirm/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("2-step/", on_demand("quizzes.views.second_factor.steps"), name="mfa_index"),
    path(
        "2-step/sign-in/",
        on_demand("quizzes.views.second_factor.authenticate", is_public=True),
        name="mfa_authenticate",
    ),
    path("2-step/confirm/code/", on_demand("allauth.mfa.base.views.reauthenticate"), name="mfa_reauthenticate"),
    path(
        "2-step/confirm/passkey/",
        on_demand("quizzes.views.second_factor.confirm_with_passkey"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2-step/app/", on_demand("allauth.mfa.totp.views.activate_totp"), name="mfa_activate_totp"),
    path("2-step/app/remove/", on_demand("allauth.mfa.totp.views.deactivate_totp"), name="mfa_deactivate_totp"),
    path("2-step/passkey/", on_demand("allauth.mfa.webauthn.views.add_webauthn"), name="mfa_add_webauthn"),
    path(
        "2-step/passkey/<int:pk>/remove/",
        on_demand("allauth.mfa.webauthn.views.RemoveWebAuthnView", success_url=reverse_lazy("mfa_index")),
        name="mfa_remove_webauthn",
    ),
    path(
        "2-step/codes/",
        on_demand("allauth.mfa.recovery_codes.views.view_recovery_codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2-step/codes/new/",
        on_demand("allauth.mfa.recovery_codes.views.generate_recovery_codes"),
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns = [
    path("", include("quizzes.urls")),
    path("accounts/", include(account_urls)),
    path("site/", administration.administration, name="administration"),
    path("site/accounts/<int:number>/close/", administration.close_account, name="close_account"),
    path("site/accounts/<int:number>/reopen/", administration.reopen_account, name="reopen_account"),
    path("site/invitations/<int:number>/cancel/", administration.revoke_invitation, name="revoke_invitation"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "quizsite.errors.bad_request"
handler404 = "quizsite.errors.page_not_found"
handler500 = "quizsite.errors.server_error"
