"""Speed beside two floors, in alternating cycles of one run: `make bench`. How to read it: docs/performance.md."""
