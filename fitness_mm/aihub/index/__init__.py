"""The index of all clip-views, and which of its rows train and which validate."""
