"""Generates a data set in exactly the AI Hub format: bodies, movements, cameras, images, labels."""

from fitness_mm.sample.dataset import SampleError, SampleResult, make_sample
from fitness_mm.sample.presets import PRESETS, Preset

__all__ = ['PRESETS', 'Preset', 'SampleError', 'SampleResult', 'make_sample']
