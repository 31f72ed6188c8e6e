"""Generates a data set in exactly the AI Hub format: bodies, movements, cameras, images, labels."""

from .dataset import SampleResult, make_sample
from .presets import PRESETS, Preset

__all__ = ['PRESETS', 'Preset', 'SampleResult', 'make_sample']
