"""A recogniser's config with a checkpoint, and its test data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from fitness_mm.engine.load import host_of, read_config


@dataclass(frozen=True)
class Subject:
    """A trained model to look at: its config and its checkpoint."""

    config: Path
    checkpoint: Path

    @property
    def name(self) -> str:
        """The config's name, for titles."""
        return self.config.stem


def read_recogniser(file: str | Path, options: dict | None = None) -> Config:
    """A config of a recogniser with test data.

    Args:
        file: The config file.
        options: Settings to override, by dotted name.

    Raises:
        FitnessError: If it is none.
    """
    return read_config(file, options, 'mmaction', 'test_dataloader')


def build_dataset(cfg: Config) -> BaseDataset:
    """The test data set of a config."""
    with host_of(cfg):
        return DATASETS.build(cfg.test_dataloader.dataset)


def build_loader(cfg: Config, dataset: BaseDataset) -> DataLoader:
    """The config's test loader, over this data set in its order."""
    loader = {**cfg.test_dataloader, 'dataset': dataset,
              'sampler': dict(type='DefaultSampler', shuffle=False)}
    return Runner.build_dataloader(loader, seed=0)
