"""The data set for other tools and for readers: COCO keypoints, the page of conditions."""

from .coco import FRAME_MODES, export_coco, frame_id
from .condition_page import condition_page

__all__ = ['FRAME_MODES', 'condition_page', 'export_coco', 'frame_id']
