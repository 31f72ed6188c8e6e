"""What a clip's label files say, with the data set's defects and planted errors."""
