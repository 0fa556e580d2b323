"""The hash of teachers' passwords."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class FootnoteArgon2Hasher(Argon2PasswordHasher):
    """Argon2id at OWASP's smallest recommended cost: 19 MiB, two passes, one lane.

    Django's default is 100 MiB and eight lanes: 30 teachers who sign in at once could take 3 GB of a classroom machine.
    Source: OWASP Password Storage Cheat Sheet, Argon2id.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
