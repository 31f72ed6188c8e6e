"""A real mmengine run whose network copies the labels, but is wrong about chosen clip-views.

``python tiny_run.py ROOT WORK_DIR`` tests in two processes, as torchrun's environment variables say
where they meet, with samplers that repeat a sample to give each process equally many, and that do
not, and then trains.
"""

import os
import sys

import numpy as np
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, MODELS
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement, InstanceData

import fitness_mm.pose  # noqa: F401
from fitness_mm.engine.clip_view_dataset import ClipViewDataset

VIEW_WITH_ERRORS = 'C'


@DATASETS.register_module()
class TinyFrames(ClipViewDataset):
    """All labelled frames, as a stand-in for the pose data set: no image is read."""

    def __init__(self, **kwargs):
        super().__init__(pipeline=[], **kwargs)

    def _prepare_samples(self):
        self.samples = [(row, t) for row in range(len(self.index))
                        for t in self._kept_frames(self.index, row)]

    def _keep_samples(self, positions):
        self.samples = [self.samples[i] for i in positions]

    def __len__(self):
        return len(self.samples)

    def get_data_info(self, idx):
        row, t = self.samples[idx]
        index = self.index
        return dict(
            clip_view=index.clip_view_id(row), frame_number=int(index.frame_numbers(row)[t]),
            view=str(index.view[row]), performer=int(index.performer[row]),
            exercise='barbell squat', day=str(index.column('day')[row]), torso=40.0,
            keypoints=index.keypoints(row)[t], visible=index.visible(row)[t])


@MODELS.register_module()
class TinyNetwork(BaseModel):
    """Predicts the labels with some noise of its own, and another place in one view."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, inputs=None, mode='loss', **samples):
        if mode == 'loss':
            return dict(loss=(self.weight**2).sum())
        size = len(samples['clip_view'])
        return [self._predict({k: v[i] for k, v in samples.items()}) for i in range(size)]

    def _predict(self, sample):
        labels = np.asarray(sample['keypoints'])
        seed = [int(labels.sum()), sample['frame_number']]
        predictions = labels + np.random.default_rng(seed).normal(0, 1.5, labels.shape)
        if sample['view'] == VIEW_WITH_ERRORS and sample['frame_number'] in (1, 3):
            predictions += [60.0, 0.0]
        if sample['view'] == 'A' and sample['frame_number'] == 5:
            predictions[9] += 50.0  # the left wrist alone
        low, high = labels.min(0), labels.max(0)
        result = BaseDataElement(metainfo=dict(
            {key: sample[key] for key in ('clip_view', 'frame_number', 'view', 'performer',
                                          'exercise', 'day', 'torso')},
            input_size=(192, 256), input_scale=np.array([96.0, 128.0])))
        result.gt_instances = InstanceData(
            keypoints=labels[None], keypoints_visible=np.asarray(sample['visible'])[None],
            bboxes=np.concatenate([low, high])[None])
        result.pred_instances = InstanceData(
            keypoints=predictions[None], keypoint_scores=np.ones((1, 24)))
        return result


def build_runner(root, work_dir, launcher='none', max_epochs=2, test_frames=None, round_up=True,
                 excluded=(), evaluator='mmpose.FitnessMPJPE', **hook):
    """A runner over the frames of a prepared root; further arguments go to the hook."""
    evaluator = [] if evaluator is None else dict(type=evaluator)

    def loader(batch_size, subset, indices=None, **kwargs):
        return dict(
            batch_size=batch_size, num_workers=0, collate_fn=dict(type='pseudo_collate'),
            sampler=dict(type='DefaultSampler', shuffle=False, **kwargs),
            dataset=dict(type='TinyFrames', data_root=str(root), exercises='all', split='performer',
                         num_folds=2, fold=1, subset=subset, indices=indices,
                         excluded=excluded if subset == 'train' else ()))

    return Runner.from_cfg(Config(dict(
        model=dict(type='TinyNetwork'), work_dir=str(work_dir), launcher=launcher,
        train_dataloader=loader(64, 'train'), val_dataloader=loader(7, 'val'),
        test_dataloader=loader(7, 'val', test_frames, round_up=round_up),
        train_cfg=dict(by_epoch=True, max_epochs=max_epochs, val_interval=1), val_cfg=dict(),
        test_cfg=dict(), val_evaluator=evaluator, test_evaluator=evaluator,
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.1, begin=0, end=1, convert_to_iter_based=True)],
        default_hooks=dict(checkpoint=None, logger=None),
        custom_hooks=[dict(type='AnomalyFilterHook', **hook)],
        default_scope='mmengine',
        log_level='INFO', experiment_name=f'tiny_{os.path.basename(work_dir)}')))


def run_both_ways(root, work_dir, launcher='none'):
    """Tests an odd number of frames, dealt out evenly with a repetition and unevenly without."""
    for name, round_up in (('padded', True), ('uneven', False)):
        build_runner(root, os.path.join(work_dir, name), launcher, test_frames=301,
                     round_up=round_up, sheet=0).test()


if __name__ == '__main__':
    child = os.fork()
    os.environ['RANK'] = os.environ['LOCAL_RANK'] = '0' if child else '1'
    run_both_ways(sys.argv[1], sys.argv[2], 'pytorch')
    build_runner(sys.argv[1], os.path.join(sys.argv[2], 'trained'), 'pytorch', max_epochs=1).train()
    torch.distributed.destroy_process_group()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
