"""Feature spaces: extraction, t-SNE, separation."""
