"""Clip files: the images of a clip-view in one small video from which samples are read."""
