"""What the network sees, as pictures."""
