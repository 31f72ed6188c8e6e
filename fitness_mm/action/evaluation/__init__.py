"""Metrics of exercise recognition and posture judgement, and checks before training."""
