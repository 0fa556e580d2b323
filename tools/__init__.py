"""Programs for developers: benchmarks, fault tests, mutation tests, scaling and screenshots."""
