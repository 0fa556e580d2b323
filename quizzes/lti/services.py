"""What the site asks of a platform: take a score, list the members, take a link. Each call has limits."""

import logging
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

import requests
from django.core.cache import cache
from django.utils.translation import gettext_noop
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.exception import LtiException, LtiServiceException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.names_roles import NamesRolesProvisioningService
from pylti1p3.service_connector import ServiceConnector, TServiceConnectorResponse

from quizzes.lti.courses import Member, member_name
from quizzes.lti.errors import OTHER_REASON, PlatformFailed
from quizzes.lti.launches import LINE_ITEM_SCOPE, MAX_URL
from quizzes.lti.platforms import MAX_ID, PlatformSession, registration_of
from quizzes.lti.scores import claim, claim_column, column_failed, keep_column, mark_failed, mark_sent
from quizzes.models import (
    Assignment,
    LtiCourse,
    LtiKey,
    LtiLaunch,
    LtiLink,
    LtiPlatform,
    LtiScore,
)

logger = logging.getLogger(__name__)

SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
# A round of the periodic job must end in time for the next one.
ROUND_SECONDS = 10
MEMBER_PAGES = ITEM_PAGES = 20
# The limit of all pages of the list of members. A teacher and a thread wait for it.
MEMBERS_SECONDS = 20
# Open edX has room for 100.
MAX_LABEL = 100
# What a call to a platform raises if it fails, and if the platform does not answer.
FAILURES = (
    LtiKey.DoesNotExist,
    LtiException,
    requests.RequestException,
    ValueError,
    KeyError,
    # Its answer is JSON of another form.
    TypeError,
    AttributeError,
)
SILENT = (requests.ConnectionError, requests.Timeout)
# With these, a platform asks for a pause, or says that it is down.
PAUSE_STATUSES = (429, 503)
NO_ANSWER = gettext_noop("The platform does not answer.")
TURNED_OFF = gettext_noop("The person who runs Footnote has turned the platform off.")
NO_KEY = gettext_noop("This site has no key for learning platforms. The person who runs Footnote can make one.")


class _Connector(ServiceConnector):
    """Access tokens in the site's cache, which all processes share."""

    def make_service_request(self, scopes: Sequence[str], url: str, **options: Any) -> TServiceConnectorResponse:
        """Call the platform; with a new token, if it ended the one in the cache early."""
        scope_key = self._scope_key(scopes)
        is_cached = self._get_cached_access_token(scope_key) is not None
        try:
            return super().make_service_request(scopes, url, **options)
        except LtiServiceException as error:
            if not is_cached or error.response.status_code != 401:
                raise
        cache.delete(self._cache_key(scope_key))
        return super().make_service_request(scopes, url, **options)

    def _get_cached_access_token(self, scope_key: str) -> str | None:
        return cast(str | None, cache.get(self._cache_key(scope_key)))

    def _cache_access_token(self, scope_key: str, access_token: str, expires_in: float) -> None:
        cache.set(self._cache_key(scope_key), access_token, max(1, int(expires_in) - 30))

    def _cache_key(self, scope_key: str) -> str:
        return f"lti-token-{self._registration.get_client_id()}-{scope_key}"


def send_scores(scores: Sequence[LtiScore], *, now: datetime) -> None:
    """Send these scores. A platform that does not answer, or asks for a pause, is left alone until the next round."""
    until, paused, logged = time.monotonic() + ROUND_SECONDS, dict[int, str](), set[int]()
    with PlatformSession() as session:
        for score in scores:
            platform = score.link.course.deployment.platform
            if time.monotonic() > until:
                return
            if platform.pk in paused:
                mark_failed(score, paused[platform.pk], now=now)
                continue
            if not claim(score, now=now):
                continue
            try:
                _send(score, platform, session, now)
            except FAILURES as error:
                _log_once(platform, error, logged)
                if _needs_pause(error):
                    paused[platform.pk] = _why(error)
                mark_failed(score, _why(error), now=now)
            else:
                mark_sent(score, now=now)


def make_line_items(links: Sequence[LtiLink], *, now: datetime) -> None:
    """Find or make the column of each link in the gradebook of its platform, and keep its address."""
    until, paused, logged = time.monotonic() + ROUND_SECONDS, set[int](), set[int]()
    with PlatformSession() as session:
        for link in links:
            platform = link.course.deployment.platform
            if time.monotonic() > until or platform.pk in paused or not claim_column(link, now=now):
                continue
            try:
                keep_column(link, _line_item(link, platform, session))
            except FAILURES as error:
                _log_once(platform, error, logged)
                if _needs_pause(error):
                    paused.add(platform.pk)
                column_failed(link, _why(error), now=now)


def _line_item(link: LtiLink, platform: LtiPlatform, session: PlatformSession) -> str:
    """The address of the column of this assignment, which is made if the platform has none.

    The resource id is that of the assignment, so that a repeated call finds what an earlier one made.
    """
    service = AssignmentsGradesService(
        _Connector(registration_of(platform), session), {"scope": [LINE_ITEM_SCOPE], "lineitems": link.line_items_url}
    )
    resource_id = f"footnote-{link.assignment.public_id}"
    separator = "&" if "?" in link.line_items_url else "?"
    page: str | None = f"{link.line_items_url}{separator}{urlencode({'resource_id': resource_id})}"
    for _ in range(ITEM_PAGES):
        if not page:
            break
        items, page = service.get_lineitems_page(page)
        # Not each platform filters.
        found = next((item for item in items if item.get("resourceId") == resource_id), None)
        if found is not None:
            return _address(found.get("id"))
    item = (
        LineItem()
        .set_label(link.assignment.stored_title[:MAX_LABEL])
        .set_score_maximum(link.assignment.edition.max_points)
        .set_resource_id(resource_id)
        .set_resource_link_id(link.resource_link_id)
        .set_tag("footnote")
    )
    return _address(service.create_lineitem(item).get_id())


def _address(found: object) -> str:
    if not isinstance(found, str) or urlsplit(found).scheme not in ("https", "http") or len(found) > MAX_URL:
        raise ValueError("the column has no address")
    return found


def members_of(course: LtiCourse) -> list[Member]:
    """The learners of a course. Raises PlatformFailed."""
    if not course.deployment.platform.is_active:
        raise PlatformFailed(TURNED_OFF)
    with PlatformSession() as session:
        try:
            return _read_members(course, session)
        except LtiKey.DoesNotExist as error:
            raise PlatformFailed(NO_KEY) from error
        except LtiServiceException as error:
            _log_failure(course.deployment.platform, error)
            raise PlatformFailed(_reason(error.response)) from error
        except FAILURES as error:
            _log_failure(course.deployment.platform, error)
            raise PlatformFailed(gettext_noop("The platform does not answer, or its answer is not LTI.")) from error


def _read_members(course: LtiCourse, session: PlatformSession) -> list[Member]:
    found: dict[str, Member] = {}
    ends = time.monotonic() + MEMBERS_SECONDS
    service = NamesRolesProvisioningService(
        _Connector(registration_of(course.deployment.platform), session),
        {"context_memberships_url": course.members_url},
    )
    page: str | None = course.members_url
    for _ in range(MEMBER_PAGES):
        if not page:
            break
        if time.monotonic() > ends:
            raise requests.ConnectionError("The list of members is too slow.")
        members, page = service.get_members_page(page)
        for member in members:
            if (read := _learner(cast(Mapping[str, Any], member))) is not None:
                found[read.subject] = read
    return list(found.values())


class _WindowLink(DeepLinkResource):
    """A link that opens in a window of its own. In a frame, each student would press a button first."""

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "window": {"targetName": "_blank"}}


def deep_link_message(launch: LtiLaunch, assignment: Assignment, *, title: str, launch_url: str) -> str:
    """The signed message that puts a link to the quiz into the course."""
    claims = launch.known_claims
    is_for_window = "window" in (claims["deep_linking"].get("accept_presentation_document_targets") or ())
    resource = (
        (_WindowLink if is_for_window else DeepLinkResource)()
        .set_url(launch_url)
        .set_title(title)
        .set_custom_params({"assignment": assignment.public_id})
        .set_lineitem(LineItem().set_label(title).set_score_maximum(assignment.edition.max_points))
    )
    link = DeepLink(registration_of(launch.platform), claims["deployment"], claims["deep_linking"])
    return link.get_response_jwt([resource])


def _send(score: LtiScore, platform: LtiPlatform, session: PlatformSession, now: datetime) -> None:
    # A platform may have taken an earlier try whose reply was lost. Moodle and Open edX refuse the same time again.
    at = max(score.changed_at, now) if score.tries else score.changed_at
    grade = (
        Grade()
        .set_user_id(score.lti_student.subject)
        .set_timestamp(at.isoformat(timespec="milliseconds"))
        .set_grading_progress(score.progress)
        .set_activity_progress("Initialized" if score.progress == LtiScore.Progress.NONE else "Submitted")
    )
    if score.points is not None and score.max_points is not None:
        grade.set_score_given(float(score.points)).set_score_maximum(score.max_points)
    service = AssignmentsGradesService(
        _Connector(registration_of(platform), session), {"scope": [SCORE_SCOPE], "lineitem": score.link.line_item_url}
    )
    service.put_grade(grade)


def _learner(claims: Mapping[str, Any]) -> Member | None:
    """An active learner with a name and an id that can launch, else None."""
    roles = [str(role).rpartition("#")[2].rpartition("/")[2] for role in claims.get("roles", [])]
    is_active = str(claims.get("status") or "Active") == "Active"
    name, subject = member_name(claims), str(claims.get("user_id") or "")
    has_id = 0 < len(subject) <= MAX_ID and "\0" not in subject
    return Member(subject, name) if is_active and "Learner" in roles and name is not None and has_id else None


def _log_once(platform: LtiPlatform, error: Exception, logged: set[int]) -> None:
    """Log the first failure of a platform in a round. The calls of a class all fail for the same reason."""
    if platform.pk not in logged:
        logged.add(platform.pk)
        _log_failure(platform, error)


def _log_failure(platform: LtiPlatform, error: Exception) -> None:
    """Tell the operator what teachers cannot fix, such as a wrong address for access tokens."""
    logger.warning("A call to %s failed: %s: %s", platform.name, type(error).__name__, without_query(error))


def without_query(error: Exception) -> str:
    """The text of an error without the queries of addresses: Canvas writes the token of a registration into one."""
    return re.sub(r"[?][^\s\]]+", "?...", str(error))


def _needs_pause(error: Exception) -> bool:
    """Whether another call in this round would fail too."""
    if isinstance(error, LtiServiceException):
        return error.response.status_code in PAUSE_STATUSES
    return isinstance(error, SILENT)


def _why(error: Exception) -> str:
    """Why a call to a platform failed, for teachers."""
    if isinstance(error, SILENT):
        return NO_ANSWER
    if isinstance(error, LtiKey.DoesNotExist):
        return NO_KEY
    if isinstance(error, LtiServiceException):
        return _reason(error.response)
    return gettext_noop("The platform gave an answer that is not LTI.")


def _reason(response: requests.Response) -> str:
    """Why a platform refused, for teachers."""
    match response.status_code:
        case 401 | 403:
            return gettext_noop("The platform does not allow it. Its administrator can allow scores and names.")
        case 404 | 410:
            return gettext_noop("The platform no longer has this course or this column of its gradebook.")
        case 422 | 409 | 400:
            return gettext_noop("The platform refused it. The course may not be published.")
    return OTHER_REASON.format(status=response.status_code)
