"""Frames in, frames out: files, folders, arrays, cameras, crops, encoding."""
