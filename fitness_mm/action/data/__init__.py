"""Clips as samples: data set, transforms, sampling."""
