"""Remove one control at a time from a copy of the site, and check that a test fails."""
