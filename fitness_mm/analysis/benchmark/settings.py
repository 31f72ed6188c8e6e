"""How large the benchmark's work is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Sizes of one run.

    Attributes:
        folder: Where generated data goes.
        device: ``cpu`` or ``cuda``, for rendering and training steps.
        num_clips: Clips, and label files, of the generated label tree.
        num_rows: Clip-views of the synthetic index.
        rounds: Measurements of each way.
        image_size: Width and height of the JPEGs.
        input_size: Width and height of the network's input.
        depth: Of the ResNet in the training step.
        batch_size: Clips in a training step.
        compiled: Whether to measure compiled steps too, which takes minutes of compiling.
    """

    folder: Path
    device: str = 'cpu'
    num_clips: int = 3000
    num_rows: int = 172_000
    rounds: int = 5
    image_size: tuple[int, int] = (1920, 1080)
    input_size: tuple[int, int] = (192, 256)
    depth: int = 50
    batch_size: int = 1
    compiled: bool = False

    @classmethod
    def quick(cls, folder: Path, device: str) -> Settings:
        """Sizes at which everything runs once in seconds and the numbers say nothing."""
        return cls(folder, device, num_clips=96, num_rows=3000, rounds=1, image_size=(480, 270),
                   input_size=(48, 64), depth=18, batch_size=2)

    def changed(self, sizes: dict) -> Settings:
        """The same with some sizes replaced; those that are None stay."""
        return replace(self, **{name: size for name, size in sizes.items() if size is not None})

    def as_json(self) -> str:
        """For another process."""
        return json.dumps(asdict(self) | {'folder': str(self.folder)})

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The inverse of :meth:`as_json`."""
        values = json.loads(text)
        sizes = {name: tuple(values[name]) for name in ('image_size', 'input_size')}
        return cls(**values | sizes | {'folder': Path(values['folder'])})
