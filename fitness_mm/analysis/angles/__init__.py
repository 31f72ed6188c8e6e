"""How far angles of one view are off, and what they are in clips that keep a condition."""
