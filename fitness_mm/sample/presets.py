"""How large a sample is: four sizes, each of which can be changed in single numbers."""

from __future__ import annotations

from dataclasses import dataclass

from fitness_mm.aihub.catalog import MOVEMENTS, STUDY_EXERCISES

from .station.cameras import STATION

# Another drawn exercise would change which clips of these have defects and planted errors, and
# with that samples that people have; it is asked for by name.
_STUDY = tuple(exercise.name for exercise in STUDY_EXERCISES)


@dataclass(frozen=True)
class Preset:
    """Size of a sample.

    Attributes:
        size: Width and height of the images.
        exercises: English names.
        training_performers: Number of performers under training/.
        validation_performers: Number of other performers under validation/.
        visits: Days on which each performer is there.
        clips: Clips of one exercise per performer and visit, each of another type.
        stations: Stations in use per day.
        error_rate: Share of clip-views with planted label errors.
        errors: What they are, a key of :data:`~.labels.errors.MIXTURES`.
        cameras: Where they stand, :data:`~.station.cameras.STATION` or
            :data:`~.station.cameras.ANYWHERE`.
        images: Whether images are drawn, or labels written alone.
    """

    size: tuple[int, int]
    exercises: tuple[str, ...]
    training_performers: int
    validation_performers: int
    visits: int
    clips: int
    stations: int
    error_rate: float = 0.05
    errors: str = 'real'
    cameras: str = STATION
    images: bool = True


PRESETS: dict[str, Preset] = {
    'tiny': Preset((320, 180), ('barbell stiff-leg deadlift', 'barbell row', 'barbell deadlift',
                                'barbell curl'), 4, 1, 1, 1, 1),
    'small': Preset((480, 270), _STUDY, 8, 2, 1, 1, 3),
    'medium': Preset((640, 360), _STUDY, 21, 4, 2, 2, 6),
    # pictures of it would take days
    'large': Preset((1920, 1080), tuple(one.name for one in MOVEMENTS), 40, 4, 2, 8, 6,
                    images=False),
}
