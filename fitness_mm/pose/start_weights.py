"""What lets a head with 24 keypoints start from a checkpoint of another skeleton.

The final layer of a heatmap head and of a SimCC head has one filter per keypoint, and no other
layer depends on their number. Each of the 24 starts with the filters of the points that it is made
of (:attr:`~fitness_mm.keypoints.layouts.Layout.filters`): of COCO's 17, Halpe's 26 or
COCO-WholeBody's 133, which all begin with COCO's, and these keep theirs.
"""

from __future__ import annotations

import torch
from mmengine.logging import print_log

from fitness_mm.keypoints.layouts import LAYOUTS, Layout
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

_STARTS = {len(layout.points): layout
           for layout in map(LAYOUTS.get, ('coco17', 'halpe26', 'wholebody133'))}


def start_from(layout: Layout, tensor: torch.Tensor) -> torch.Tensor:
    """One slice per keypoint of the 24, from one per point of another skeleton.

    Args:
        layout: The skeleton.
        tensor: (K, ...).

    Returns:
        (24, ...), of the same type.
    """
    filters = torch.from_numpy(layout.filters).to(tensor.device)
    return torch.tensordot(filters, tensor.double(), dims=1).to(tensor.dtype)


class StartWeights:
    """Replaces the final layer of another skeleton's checkpoint while the head loads it."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The host's own hook runs first and brings the names of old checkpoints up to date.
        self._register_load_state_dict_pre_hook(self._start_from_checkpoint)

    def _start_from_checkpoint(self, state_dict: dict, prefix: str, *args) -> None:
        for name, own in self.final_layer.named_parameters():
            key = f'{prefix}final_layer.{name}'
            stored = state_dict.get(key)
            if stored is None or len(own) != NUM_KEYPOINTS or stored.ndim != own.ndim:
                continue
            layout = _STARTS.get(len(stored))
            if layout is not None and stored.shape[1:] == own.shape[1:]:
                state_dict[key] = start_from(layout, stored)
                print_log(f'{key}: {NUM_KEYPOINTS} keypoints from the {len(stored)} points of '
                          f'{layout.name}', logger='current')
