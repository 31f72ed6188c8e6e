"""Runs the trials and writes the report: Markdown and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from torch import nn

from fitness_mm.analysis.load_model import load_weights
from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing
from fitness_mm.progress import shown_progress

from .films import predicted_trial
from .outcomes import Outcome, judge, markdown
from .plot import plot_outcomes
from .trials import Trial, draw_trial

_NUM_EXAMPLES = 3


def write_report(out: Path, num_trials: int, noises: Sequence[float], seed: int,
                 pose: tuple[Path, Path] | None = None, num_videos: int = 24) -> Path:
    """Measures and writes ``repetitions.md`` and ``repetitions.png``.

    Args:
        out: Folder.
        num_trials: Movements per noise level; 0 leaves them out.
        noises: Shares of the length of the trunk.
        seed: Of the movements.
        pose: Config and checkpoint of a pose estimator; none if None.
        num_videos: Videos to film for it.

    Returns:
        The Markdown file.

    Raises:
        FitnessError: If there is no such pose estimator.
    """
    # A wrong name is found before the long work.
    estimator = _estimator(*pose) if pose else None
    stages = [(f'noise {noise:g}' + ('' if named else ', exercise unknown'), num_trials, named,
               partial(draw_trial, seed=seed, noise=noise))
              for named in (True, False) for noise in noises if num_trials]
    if estimator:
        stages.append(('predicted keypoints', num_videos, True,
                       partial(_filmed, seed=seed, estimator=estimator)))
    runs: dict[str, list[Outcome]] = {}
    examples: list[Trial] = []
    with shown_progress() as progress:
        for run, number_of_trials, named, draw in stages:
            outcomes, shown = [], []
            for number in range(number_of_trials):
                trial = draw(number)
                outcomes.append(judge(trial, named))
                progress(run, number + 1, number_of_trials)
                if named and len(trial.bounds) > 2 and len(shown) < _NUM_EXAMPLES:
                    shown.append(trial)
            # The last one with named exercises is the hardest.
            runs[run], examples = outcomes, shown or examples
            # Written after each run, so that an interruption costs one.
            with replacing(out / 'repetitions.md') as file:
                file.write_text(f'Seed {seed}.\n\n{markdown(runs)}', 'utf-8')
            plot_outcomes(examples, runs, out / 'repetitions.png')
    return out / 'repetitions.md'


def _filmed(number: int, seed: int, estimator: tuple[nn.Module, Compose]) -> Trial:
    return predicted_trial(draw_trial(number, seed, 0.0).script, *estimator)


def _estimator(config: Path, checkpoint: Path) -> tuple[nn.Module, Compose]:
    if not config.is_file():
        raise FitnessError(f'there is no config file {str(config)!r}; those of this project are '
                           'in configs/')
    cfg = Config.fromfile(config)
    if cfg.get('default_scope') != 'mmpose' or not cfg.get('val_dataloader'):
        raise FitnessError(f'{config} is no config of a pose estimator with validation data: it '
                           "needs default_scope = 'mmpose' and a val_dataloader")
    init_default_scope('mmpose')
    from mmpose.registry import MODELS, TRANSFORMS
    model = MODELS.build(cfg.model).eval()
    load_weights(model, checkpoint)
    steps = [TRANSFORMS.build(step) for step in cfg.val_dataloader.dataset.pipeline[1:]]
    return model, Compose(steps)
