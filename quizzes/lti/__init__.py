"""The school's learning platform, by LTI 1.3: launches, courses, rosters, scores.

`launches`, `services`, and `registration` load requests and cryptography, 21 MB in each process. The rest of the site
imports none of them: its views and the periodic job load them at the first use.
"""
