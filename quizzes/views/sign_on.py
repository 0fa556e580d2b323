"""The pages on the way to a provider of school accounts and back. Loads its client, so only its addresses import it."""

from functools import partial
from typing import cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from requests import RequestException

from quizzes.people import sign_on_states
from quizzes.views.cookies import remember_invitation, set_cookie, with_device
from quizzes.views.methods import require_POST
from quizzes.views.sign_on_adapter import (
    BROKEN,
    NO_REPLY,
    NOT_CHECKED,
    SignOnCallback,
    SignOnClient,
    SignOnRequest,
    cause_of,
    refusal,
)

STATE_COOKIE = f"{settings.COOKIE_PREFIX}sign_on"

type View = type[OAuth2LoginView] | type[SignOnCallback]


@require_POST
def start_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider. By POST, so that no other site can sign a teacher in."""
    return _with_states(request, OAuth2LoginView, provider_id)


@require_GET
def finish_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in with what the provider says."""
    response = with_device(request, partial(_with_states, view=SignOnCallback, provider_id=provider_id))
    remember_invitation(request, response)
    return response


def _with_states(request: HttpRequest, view: View, provider_id: str) -> HttpResponse:
    """The response of the view, with a new cookie if it added or used a state."""
    with_states = cast(SignOnRequest, request)
    with_states.states = sign_on_states.read_cookie(request.COOKIES.get(STATE_COOKIE, ""), now=timezone.now())
    before = dict(with_states.states)
    response = _answer(with_states, view, provider_id)
    if with_states.states != before:
        # A cookie with SameSite=Lax is enough, since the provider leads back by a link.
        value = sign_on_states.write_cookie(with_states.states)
        set_cookie(response, STATE_COOKIE, value, max_age=sign_on_states.LIFETIME)
    return response


def _answer(request: SignOnRequest, view: View, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(SignOnClient(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except ImmediateHttpResponse as error:
        response = error.response
    except RequestException as error:
        response = refusal(request, NO_REPLY, provider=provider_id, status=503, cause=cause_of(error))
    except BROKEN as error:
        response = refusal(request, NOT_CHECKED, provider=provider_id, cause=cause_of(error))
    return response
