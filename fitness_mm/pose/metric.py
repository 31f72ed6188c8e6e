"""Mean joint error of predicted poses, as an evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import orjson
from mmengine.evaluator import BaseMetric
from mmpose.registry import METRICS

from fitness_mm.anomaly.residuals import Residuals
from fitness_mm.engine.checks.reports import report_head
from fitness_mm.errors import ArgumentError
from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .mpjpe import UNITS, joint_errors, mpjpe, mpjpe_report

GROUPS = ('view', 'exercise', 'performer', 'day')
_META_KEYS = (*GROUPS, 'clip_view', 'frame_number', 'torso', 'input_size', 'input_scale')


@METRICS.register_module()
class FitnessMPJPE(BaseMetric):
    """Mean distance of predicted joints to their labels.

    Over all visible joints of all frames, each of equal weight: ``mpjpe/input_px`` in pixels of
    the network's input, the original study's number; ``mpjpe/image_px`` in pixels of the original
    image; ``mpjpe/torso`` as a fraction of the labelled torso length, to compare across crops.
    Results do not depend on the order of the samples, nor on how batches, workers and processes
    shared them; a frame that came twice counts once.

    The training error, which the original study reports beside the validation error, is that of
    the training part: ``tools/test.py CONFIG CHECKPOINT --cfg-options
    test_dataloader.dataset.subset=train``.

    Args:
        out_file: JSON file for the latest evaluation's errors in total and per joint, view,
            exercise, performer and shooting day. No file if None; ``tools/train.py`` and
            ``tools/test.py`` set it to the work directory.
        dump_file: ``.npz`` file for the latest evaluation's :class:`Residuals`. No file if None.
        about: What the report begins with: whose results these are.
        **kwargs: Those of :class:`mmengine.evaluator.BaseMetric`.

    Attributes:
        residuals: Of the latest evaluation, with the main process.
    """

    default_prefix = 'mpjpe'
    report_name = 'mpjpe.json'

    def __init__(self, out_file: str | None = None, dump_file: str | None = None,
                 about: Mapping | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        if dump_file is not None and not str(dump_file).endswith('.npz'):
            raise ArgumentError(f'dump_file has to end in .npz, but got {str(dump_file)!r}')
        self.out_file, self.dump_file, self.about = out_file, dump_file, about or {}
        self.residuals: Residuals | None = None

    def process(self, data_batch: Sequence, data_samples: Sequence[dict]) -> None:
        """Keeps prediction, label and groups of every sample in the batch.

        Raises:
            ArgumentError: If the pipeline did not pack what the metric needs.
        """
        for sample in data_samples:
            missing = [key for key in _META_KEYS if key not in sample]
            if missing:
                raise ArgumentError(
                    f'FitnessMPJPE misses {", ".join(missing)} in a data sample; take '
                    'FitnessPoseDataset and add them to meta_keys of PackPoseInputs, as '
                    'configs/_base_/fitness_pose.py does')
            label, prediction = sample['gt_instances'], sample['pred_instances']
            input_size = np.array(sample['input_size'], np.float32)
            self.results.append({
                **{name: sample[name] for name in _META_KEYS},
                'predictions': np.array(prediction['keypoints'][0], np.float32),
                'scores': np.array(prediction['keypoint_scores'][0], np.float32),
                'labels': np.array(label['keypoints'][0], np.float32),
                'visible': np.array(label['keypoints_visible'][0]).reshape(
                    len(label['keypoints'][0]), -1)[:, 0] > 0,
                'box': np.array(label['bboxes'][0], np.float32),
                'input_size': input_size,
                # MMPose's is the crop's size in pixels of the image
                'input_scale': input_size / np.array(sample['input_scale'], np.float32)})

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """The errors in three units; writes the files on the way."""
        found = self.residuals = Residuals.from_rows(results).in_order()
        errors = joint_errors(found)
        if self.out_file is not None:
            groups = {name: getattr(found, name) for name in GROUPS}
            report = {**report_head(self.about),
                      **mpjpe_report(errors, found.visible, KEYPOINTS, groups)}
            with replacing(self.out_file) as unfinished:
                unfinished.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
        if self.dump_file is not None:
            found.write(self.dump_file)
        totals = {unit: mpjpe(errors[unit], found.visible) for unit in UNITS}
        return {unit: float('nan') if total is None else total for unit, total in totals.items()}
