"""Programs that are not tests: checks, measurements and screenshots."""
