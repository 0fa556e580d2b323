"""Errors of launches and of calls to a platform."""


class LaunchRefused(Exception):
    """The launch cannot go on. The message is for the log, not for the page."""


class PlatformFailed(Exception):
    """The platform did not do what was asked. The message is for teachers."""
