"""Angles and distances in a report: in words, as curves, as files."""
