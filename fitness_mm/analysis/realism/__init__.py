"""How far generated data are from real labels, so that one knows what to make truer next."""
