"""Runs the trials and writes the report: Markdown and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from torch import nn

from fitness_mm.analysis.errors import AnalysisError
from fitness_mm.analysis.load_model import load_weights
from fitness_mm.analysis.repetitions.films import predicted_trial
from fitness_mm.analysis.repetitions.outcomes import Outcome, judge, markdown
from fitness_mm.analysis.repetitions.plot import plot_outcomes
from fitness_mm.analysis.repetitions.trials import Trial, draw_trial
from fitness_mm.files import replacing
from fitness_mm.progress import shown_progress

_NUM_EXAMPLES = 3


def write_report(out: Path, num_trials: int, noises: Sequence[float], seed: int,
                 pose: tuple[Path, Path] | None = None, num_videos: int = 24) -> Path:
    """Measures and writes ``repetitions.md`` and ``repetitions.png``.

    Args:
        out: Folder.
        num_trials: Movements per noise level.
        noises: Shares of the length of the trunk.
        seed: Of the movements.
        pose: Config and checkpoint of a pose estimator; none if None.
        num_videos: Videos to film for it.

    Returns:
        The Markdown file.

    Raises:
        AnalysisError: If there is no such pose estimator.
    """
    # A wrong name is found before the long work.
    estimator = _estimator(*pose) if pose else None
    runs: dict[str, list[Outcome]] = {}
    examples: list[Trial] = []
    with shown_progress() as progress:
        for named in (True, False):
            for noise in noises:
                run = f'noise {noise:g}' + ('' if named else ', exercise unknown')
                runs[run] = []
                for number in range(num_trials):
                    trial = draw_trial(number, seed, noise)
                    runs[run].append(judge(trial, named))
                    progress(run, number + 1, num_trials)
                    wanted = noise == max(noises) and len(trial.bounds) > 2
                    if named and wanted and len(examples) < _NUM_EXAMPLES:
                        examples.append(trial)
        if estimator:
            run = 'predicted keypoints'
            runs[run] = []
            for number in range(num_videos):
                script = draw_trial(number, seed, 0.0).script
                runs[run].append(judge(predicted_trial(script, *estimator), named=True))
                progress(run, number + 1, num_videos)
    with replacing(out / 'repetitions.md') as partial:
        partial.write_text(f'Seed {seed}.\n\n{markdown(runs)}', 'utf-8')
    if examples:
        plot_outcomes(examples, runs, out / 'repetitions.png')
    return out / 'repetitions.md'


def _estimator(config: Path, checkpoint: Path) -> tuple[nn.Module, Compose]:
    if not config.is_file():
        raise AnalysisError(f'there is no config file {str(config)!r}; those of this project are '
                            'in configs/')
    cfg = Config.fromfile(config)
    if cfg.get('default_scope') != 'mmpose' or not cfg.get('val_dataloader'):
        raise AnalysisError(f'{config} is no config of a pose estimator with validation data: it '
                            "needs default_scope = 'mmpose' and a val_dataloader")
    init_default_scope('mmpose')
    from mmpose.registry import MODELS, TRANSFORMS
    model = MODELS.build(cfg.model).eval()
    load_weights(model, checkpoint)
    steps = [TRANSFORMS.build(step) for step in cfg.val_dataloader.dataset.pipeline[1:]]
    return model, Compose(steps)
