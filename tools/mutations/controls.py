"""Every control of the list, in its order."""

from tools.mutations import accounts, answers, keys, ownership, people, record, requests

CONTROLS = (
    *ownership.CONTROLS,
    *keys.CONTROLS,
    *answers.CONTROLS,
    *people.CONTROLS,
    *accounts.CONTROLS,
    *requests.CONTROLS,
    *record.CONTROLS,
)
