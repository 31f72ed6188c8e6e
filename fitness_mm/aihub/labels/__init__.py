"""2D label files: parsing and checking."""
