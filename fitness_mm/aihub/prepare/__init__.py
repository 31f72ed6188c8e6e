"""From the label files of a data root to its index, with a report."""
