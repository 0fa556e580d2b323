"""Speed compared with two baselines, in alternating cycles: `make bench`. How to read it: docs/performance.md."""
