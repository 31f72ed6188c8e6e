"""The data set on disk: names and folders, archives, images, known differences."""

from .layout import SPLITS, VIEWS, LayoutError

__all__ = ['SPLITS', 'VIEWS', 'LayoutError']
