"""Generates a data set in exactly the AI Hub format: bodies, movements, cameras, images, labels."""
