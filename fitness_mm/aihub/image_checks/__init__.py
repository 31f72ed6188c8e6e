"""Which images of a data root are broken: looked at once, remembered, left out of the index."""
