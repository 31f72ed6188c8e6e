"""The stages between a video and its result: person, pose, windows, judgement, evidence."""
