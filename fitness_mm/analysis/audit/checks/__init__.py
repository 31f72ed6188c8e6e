"""Checks that need only the labels."""
