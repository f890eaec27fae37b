"""Figures beside their budgets: `make bench`, or `python -m benchmarks [name …]`."""
