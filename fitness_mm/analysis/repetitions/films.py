"""Trials whose keypoints a pose estimator found in the images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from mmengine.dataset import Compose, pseudo_collate
from torch import nn

from fitness_mm.sample.video import Script, rehearse

from .trials import FPS, Trial

_BATCH = 32


def predicted_trial(script: Script, model: nn.Module, pipeline: Compose) -> Trial:
    """Films a script and estimates the pose in every frame, in the box of the whole movement.

    Args:
        script: What is to be filmed.
        model: A top-down pose estimator.
        pipeline: Its transforms after the frame has been loaded.
    """
    take = rehearse(replace(script, fps=FPS))
    width, height = script.size
    inside = ((take.keypoints >= 0) & (take.keypoints <= (width - 1, height - 1))).all(-1)
    shared = dict(
        frame_matrix=np.eye(2, 3), img_shape=(height, width), ori_shape=(height, width),
        union_keypoints=take.keypoints, union_visible=inside.astype(np.float32),
        keypoints=np.zeros((1, 24, 2), np.float32), keypoints_visible=np.ones((1, 24), np.float32),
        bbox=np.array([[0, 0, width, height]], np.float32), bbox_score=np.ones(1, np.float32))
    keypoints, scores, batch = [], [], []

    def flush() -> None:
        with torch.inference_mode():
            for found in model.test_step(pseudo_collate(batch)):
                keypoints.append(found.pred_instances.keypoints[0])
                scores.append(found.pred_instances.keypoint_scores[0])
        batch.clear()

    for image in take.images():
        # Frames are loaded in RGB.
        batch.append(pipeline({**shared, 'img': np.ascontiguousarray(image[..., ::-1])}))
        if len(batch) == _BATCH:
            flush()
    if batch:
        flush()
    schedule = take.schedule
    return Trial(take.script, np.array(keypoints), np.array(scores),
                 np.stack([schedule.start, schedule.turn, schedule.stop], -1))
