"""The data set on disk: names and folders, archives, images, known differences."""
