"""Reports on label errors: numbers, words and figures."""
