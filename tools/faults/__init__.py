"""Faults injected into a real server process, and a ledger of what it acknowledged: `make faults`."""
