from django.contrib.auth.hashers import Argon2PasswordHasher


class FootnoteArgon2Hasher(Argon2PasswordHasher):
    """Argon2id at OWASP's smallest recommended cost: 19 MiB, two passes, one lane.

    Django's own default is 100 MiB and eight lanes: thirty teachers who sign in at once
    could ask a classroom machine for 3 GB.
    Source: OWASP Password Storage Cheat Sheet, Argon2id.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
