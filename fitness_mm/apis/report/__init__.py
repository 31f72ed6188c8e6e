"""What a person gets to see of a result: words, page, picture, video."""
