"""Recognisers, heads, fusion of RGB and heatmaps, and their preprocessing."""
