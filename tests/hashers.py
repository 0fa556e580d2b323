"""The site's password hash, at the least cost that Argon2 allows."""

from quizsite.hashers import FootnoteArgon2Hasher


class CheapArgon2Hasher(FootnoteArgon2Hasher):
    """A test signs in many times. `test_password_is_hashed_at_the_cost_that_a_classroom_machine_bears` has the cost."""

    memory_cost = 8
    time_cost = 1
