"""Counting and segmenting repetitions in keypoints over time; numpy and scipy only."""
