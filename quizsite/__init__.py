"""The site around the app quizzes, and the version of both."""

__version__ = "0.11.0.dev0"
