"""Posture judgement without a network's framework: records, measures, calibration."""
