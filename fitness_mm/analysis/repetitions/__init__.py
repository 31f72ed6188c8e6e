"""What counting repetitions knows of each exercise, learned from generated movements."""
