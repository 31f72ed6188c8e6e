"""Comparing trained models: tables, intervals, costs."""
