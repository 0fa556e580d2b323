"""Register learning platforms, allow deployments, rotate the site's key."""

import secrets
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from quizsite.addresses import served_address
from quizsite.environment import parts_of_address
from quizsite.places import COMMAND
from quizzes.lti.platforms import rotate_key
from quizzes.models import LtiDeployment, LtiKey, LtiPlatform, LtiRegistrationLink
from quizzes.models.locks import locked_with_keys
from quizzes.people.accounts import token_digest

LINK_LIFETIME = timedelta(hours=24)
# The options of `lti add`: what a platform shows after it registered the site.
ADDED = {
    "name": "what teachers call the platform",
    "issuer": "the issuer, or platform id, of its messages",
    "client-id": "the id that it gave to this site",
    "login-url": "its address for authentication requests (OIDC)",
    "token-url": "its address for access tokens",
    "key-set-url": "its address of public keys (JWKS)",
    "deployment": "the id of a deployment that may launch",
}
NUMBER = "its number in `lti list`"


class Command(BaseCommand):
    """`manage.py lti`, with one subcommand for each action."""

    help = "Connect learning platforms by LTI 1.3."

    def add_arguments(self, parser: CommandParser) -> None:
        subcommands = parser.add_subparsers(dest="action", required=True)
        subcommands.add_parser("list", help="platforms, their deployments and addresses, and whether they are on")
        add = subcommands.add_parser("add", help="register a platform by hand")
        for option, description in ADDED.items():
            add.add_argument(f"--{option}", required=True, type=_text, help=description)
        for name, description in (
            ("allow", "accept launches from one more deployment"),
            ("deny", "accept no launches from a deployment"),
        ):
            subcommand = subcommands.add_parser(name, help=description)
            subcommand.add_argument("platform", type=int, help=NUMBER)
            subcommand.add_argument("deployment", type=_text, help="the id of the deployment")
        for name, description in (("on", "accept launches again"), ("off", "accept no launches, and send no scores")):
            subcommands.add_parser(name, help=description).add_argument("platform", type=int, help=NUMBER)
        subcommands.add_parser("link", help="a link that registers a platform: it works once, for 24 hours")
        subcommands.add_parser("rotate-key", help="sign with a new key; the old one stays known for 2 days")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        match action:
            case "list":
                self._list()
            case "add":
                self._add(options)
            case "allow":
                platform = self._platform(options["platform"])
                LtiDeployment.objects.get_or_create(platform=platform, deployment_id=options["deployment"])
                self.stdout.write(f"{platform.name}: launches from {options['deployment']} are allowed.")
            case "deny":
                self._deny(self._platform(options["platform"]), options["deployment"])
            case "on" | "off":
                platform = self._platform(options["platform"])
                LtiPlatform.objects.filter(pk=platform.pk).update(is_active=action == "on")
                self.stdout.write(f"{platform.name} is {action}.")
            case "link":
                self._link()
            case "rotate-key":
                key = rotate_key(now=timezone.now())
                self.stdout.write(f"The key {key.kid} signs from now on.")

    def _list(self) -> None:
        if not LtiPlatform.objects.exists():
            self.stdout.write(f"No platform is registered. `{COMMAND} lti link` or `{COMMAND} lti add` registers one.")
        for platform in LtiPlatform.objects.order_by("pk").prefetch_related("deployments"):
            deployments = ", ".join(item.deployment_id for item in platform.deployments.all()) or "none allowed"
            state = "on" if platform.is_active else "off"
            self.stdout.write(
                f"{platform.pk}  {platform.name} ({state})  {platform.issuer}  client: {platform.client_id}  "
                f"deployments: {deployments}"
            )
            self.stdout.write(
                f"    login: {platform.login_url}  token: {platform.token_url}  keys: {platform.key_set_url}"
            )

    def _add(self, options: dict[str, Any]) -> None:
        urls = {name: options[name] for name in ("login_url", "token_url", "key_set_url")}
        for name in ("issuer", *urls):
            parts = parts_of_address(options[name])
            if parts is None or parts.scheme != "https":
                option = name.replace("_", "-")
                raise CommandError(f"--{option} must be an https address with a host, not {options[name]!r}.")
        _check_lengths(options)
        if not LtiKey.objects.filter(retired_at=None).exists():
            rotate_key(now=timezone.now())
        # The keys of an earlier address are not those of this one.
        values = {"name": options["name"], "created_at": timezone.now(), "key_set": None, "key_set_at": None, **urls}
        platform, _ = LtiPlatform.objects.update_or_create(
            issuer=options["issuer"],
            client_id=options["client_id"],
            defaults=values,
        )
        LtiDeployment.objects.get_or_create(platform=platform, deployment_id=options["deployment"])
        self.stdout.write(f"{platform.name} is registered as platform {platform.pk}.")
        if not platform.is_active:
            self.stdout.write(f"It is off. `{COMMAND} lti on {platform.pk}` turns it on.")

    def _deny(self, platform: LtiPlatform, deployment_id: str) -> None:
        with transaction.atomic():
            deployment = locked_with_keys(platform.deployments.filter(deployment_id=deployment_id)).first()
            if deployment is None:
                raise CommandError(
                    f"{platform.name} has no deployment {deployment_id}. `{COMMAND} lti list` lists them."
                )
            # Its courses would be deleted with it, and the scores would no longer go out.
            if deployment.courses.exists():
                raise CommandError(
                    f"Courses of {platform.name} are connected through {deployment_id}. Disconnect them in the "
                    f"settings of their classes, or turn the platform off: `{COMMAND} lti off {platform.pk}`."
                )
            deployment.delete()
        self.stdout.write(f"{platform.name}: launches from {deployment_id} are no longer allowed.")

    def _link(self) -> None:
        token = secrets.token_urlsafe(32)
        LtiRegistrationLink.objects.create(
            token_digest=token_digest(token),
            expires_at=timezone.now() + LINK_LIFETIME,
        )
        address = served_address()
        self.stdout.write(f"{address}/lti/register/{token}/")
        if not address.startswith("https://"):
            self.stderr.write(
                "Learning platforms need an https address. Set FOOTNOTE_HTTPS and FOOTNOTE_HOSTS, start the site "
                "again, and make another link."
            )

    def _platform(self, number: int) -> LtiPlatform:
        platform = LtiPlatform.objects.filter(pk=number).first()
        if platform is None:
            raise CommandError(f"There is no platform {number}. `{COMMAND} lti list` lists them.")
        return platform


def _text(given: str) -> str:
    """The argument itself; refuses an empty one, as of a variable of the shell that is not set."""
    if not given.strip():
        raise ArgumentTypeError("it is empty")
    return given


def _check_lengths(options: dict[str, Any]) -> None:
    """Raise CommandError if an option of `lti add` is too long for its column, which PostgreSQL would refuse."""
    limits = {field.name: field.max_length for field in (*LtiPlatform._meta.fields, *LtiDeployment._meta.fields)}
    for option in ADDED:
        name = option.replace("-", "_")
        limit = limits["deployment_id" if name == "deployment" else name]
        if limit is not None and len(options[name]) > limit:
            raise CommandError(f"--{option} has more than {limit} characters. Write a shorter one.")
