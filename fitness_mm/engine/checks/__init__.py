"""What is looked at before a long run, so that a mistake gets a sentence at once."""
