"""Tests of `quizsite/`."""
