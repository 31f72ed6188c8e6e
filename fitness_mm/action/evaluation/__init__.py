"""Metrics of exercise recognition and posture judgement."""
