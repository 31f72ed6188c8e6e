"""Damaged files of each kind that the project reads, and what it makes of them."""
