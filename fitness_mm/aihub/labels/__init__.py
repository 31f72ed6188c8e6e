"""Label files, 2D and 3D: parsing and checking."""

from .decode import MAX_LABEL_BYTES
from .errors import LabelError
from .label import ClipLabel, parse_label
from .label_3d import parse_label_3d

__all__ = ['MAX_LABEL_BYTES', 'ClipLabel', 'LabelError', 'parse_label', 'parse_label_3d']
