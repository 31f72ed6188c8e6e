"""What lets a head with 24 keypoints start from a checkpoint with COCO's 17.

The final layer of a heatmap head and of a SimCC head has one filter per keypoint, and the first 17
keypoints here are COCO's, in COCO's order. They keep their filters; each of the other seven starts
with the mean of the filters beside it (:data:`~fitness_mm.keypoints.coco.COCO_PARTS`): the palms
with the wrists', the feet with the ankles', neck, waist and back with the shoulders' and hips'. All
other layers do not depend on the number of keypoints and load as they are.
"""

from __future__ import annotations

import torch
from mmengine.logging import print_log

from fitness_mm.keypoints.coco import COCO_PARTS, NUM_COCO_KEYPOINTS
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS


def widen_from_coco(tensor: torch.Tensor) -> torch.Tensor:
    """One slice per keypoint of the 24, from one per keypoint of COCO's 17.

    Args:
        tensor: (17, ...).

    Returns:
        (24, ...), of the same type: the 17 slices unchanged, then the means of their neighbours.
    """
    parts = torch.from_numpy(COCO_PARTS[NUM_COCO_KEYPOINTS:]).to(tensor.device, torch.float64)
    others = torch.tensordot(parts, tensor.double(), dims=1)
    return torch.cat([tensor, others.to(tensor.dtype)])


class CocoWeights:
    """Widens the final layer of a COCO checkpoint while it is loaded into the head."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The host's own hook runs first and brings the names of old checkpoints up to date.
        self._register_load_state_dict_pre_hook(self._widen_coco_checkpoint)

    def _widen_coco_checkpoint(self, state_dict: dict, prefix: str, *args) -> None:
        for name, own in self.final_layer.named_parameters():
            key = f'{prefix}final_layer.{name}'
            stored = state_dict.get(key)
            if (stored is not None and len(own) == NUM_KEYPOINTS
                    and stored.shape == (NUM_COCO_KEYPOINTS, *own.shape[1:])):
                state_dict[key] = widen_from_coco(stored)
                print_log(f'{key}: {NUM_COCO_KEYPOINTS} keypoints from the checkpoint, the other '
                          f'{NUM_KEYPOINTS - NUM_COCO_KEYPOINTS} from their neighbours',
                          logger='current')
