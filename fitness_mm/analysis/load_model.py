"""From a config and a checkpoint to a recogniser and its test data, with plain errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint
from torch import nn
from torch.utils.data import DataLoader

from fitness_mm.errors import FitnessError


@dataclass(frozen=True)
class Subject:
    """A trained model to look at: its config and its checkpoint."""

    config: Path
    checkpoint: Path

    @property
    def name(self) -> str:
        """The config's name, for titles."""
        return self.config.stem


def read_config(file: str | Path, options: dict | None = None) -> Config:
    """A config of MMAction2, its modules imported and its scope the default.

    Args:
        file: The config file.
        options: Settings to override, by dotted name.

    Raises:
        FitnessError: If the file is missing or describes no recogniser with test data.
    """
    if not Path(file).is_file():
        raise FitnessError(f'there is no config file {str(file)!r}; those of this project are in '
                           'configs/')
    cfg = Config.fromfile(file)
    cfg.merge_from_dict(options or {})
    if cfg.get('default_scope') != 'mmaction' or not cfg.get('test_dataloader'):
        raise FitnessError(f"{file} is no config of a recogniser with test data: it needs "
                           "default_scope = 'mmaction' and a test_dataloader")
    init_default_scope(cfg.default_scope)
    return cfg


def build_dataset(cfg: Config) -> BaseDataset:
    """The test data set of a config."""
    from mmaction.registry import DATASETS
    return DATASETS.build(cfg.test_dataloader.dataset)


def build_loader(cfg: Config, dataset: BaseDataset) -> DataLoader:
    """The config's test loader, over this data set in its order."""
    loader = {**cfg.test_dataloader, 'dataset': dataset,
              'sampler': dict(type='DefaultSampler', shuffle=False)}
    return Runner.build_dataloader(loader, seed=0)


def build_model(cfg: Config) -> nn.Module:
    """The recogniser of a config, its weights random."""
    from mmaction.registry import MODELS
    return MODELS.build(cfg.model)


def load_weights(model: nn.Module, checkpoint: str | Path) -> None:
    """Loads all of a model's weights.

    Raises:
        FitnessError: If there is no such checkpoint, or it belongs to another model.
        pickle.UnpicklingError: If it is damaged or holds code.
    """
    if not Path(checkpoint).is_file():
        raise FitnessError(f'there is no checkpoint {str(checkpoint)!r}; training leaves its '
                           'checkpoints in work_dirs/<config name>/')
    try:
        load_checkpoint(model, str(checkpoint), map_location='cpu', strict=True, logger='silent')
    except RuntimeError as error:
        detail = ' '.join(str(error).split())[:200]
        raise FitnessError(f'{checkpoint} does not fit the model of the config, or is damaged; '
                           f'name the config it was trained with ({detail} ...)') from error
