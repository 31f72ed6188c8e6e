"""2D label files: parsing and checking."""

from .label import MAX_LABEL_BYTES, ClipLabel, LabelError, parse_label

__all__ = ['MAX_LABEL_BYTES', 'ClipLabel', 'LabelError', 'parse_label']
