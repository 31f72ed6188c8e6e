"""All that is measured of a real and a generated data set, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import MOVEMENTS, Exercise
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.counts import visible_shares
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .cameras import MEASURES, WRONG, Views, look
from .compare import SHOWN, Difference, Fault, differences, faults, quantiles, unmoved
from .features import BODY, COURSES, MOMENTS, PARTS, Measured, measure
from .transfer import Transfer, read_transfer

KINDS = ('real', 'generated')


@dataclass(frozen=True, eq=False)
class LabelNoise:
    """How far labels are from what all views say, (2, K, V) each: real, generated.

    Attributes:
        usual: Median, in trunk lengths.
        wrong: Share that is further off than :data:`~cameras.WRONG`.
        missing: Share of labelled frames without the keypoint, or with it outside the image.
    """

    usual: np.ndarray
    wrong: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True, eq=False)
class Realism:
    """What was found.

    Attributes:
        clips: What there is, in words: real, generated.
        bodies: Differences of proportions, over all clips.
        exercises: Each common exercise's differences, the most different first; of every feature
            in the clips without a fault that moves it.
        courses: Each common exercise's :data:`~features.COURSES`: 10, 50 and 90 % of clips at
            every moment, (2, 3, 3, 16): real and generated, what, levels, moments.
        faults: Conditions of the common exercises, the most different first.
        cameras: Differences of :data:`~cameras.MEASURES` per view; None without 3D labels.
        noise: Of labels; without 3D labels only what is missing is known, the rest is NaN.
        transfer: What networks say of the other kind, if there are records.
    """

    clips: tuple[str, str]
    bodies: list[Difference]
    exercises: dict[Exercise, list[Difference]]
    courses: dict[Exercise, np.ndarray]
    faults: list[Fault]
    cameras: dict[str, list[Difference]] | None
    noise: LabelNoise
    transfer: Transfer | None

    def by_part(self, what: Callable[[Difference], float]) -> dict[Exercise, list[float]]:
        """Per exercise the median over the features of each of :data:`PARTS`."""
        return {exercise: [float(np.median([what(one) for one in found
                                            if one.feature.part == part]))
                           for part in PARTS] for exercise, found in self.exercises.items()}

    def told(self) -> list[Fault]:
        """Faults that a feature of real clips tells better than chance, the most different
        first."""
        return [fault for fault in self.faults if fault.best > fault.chance]


def compare_data(roots: Sequence[Path], records: Mapping[str, Sequence[Path]],
                 progress: Callable[[str, int, int], None]) -> Realism:
    """Measures two data sets.

    Args:
        roots: Of the real data and of the generated ones; each has an index.
        records: See :func:`~transfer.read_transfer`.
        progress: Told of a stage, what is done and what there is.

    Raises:
        FitnessError: If an index or a record cannot be read, or no exercise is in both.
    """
    transfer = read_transfer(records)
    indices = [FitnessIndex.read(root) for root in roots]
    common = set(np.unique(indices[0].exercise)) & set(np.unique(indices[1].exercise))
    if not common:
        raise FitnessError(f'{roots[0]} and {roots[1]} have no exercise in common; give a '
                           'generated sample with exercises that the real data have')
    real, generated = (
        measure(index, lambda done, total, kind=kind: progress(f'{kind} clips', done, total))
        for kind, index in zip(KINDS, indices, strict=True))
    views = [look(index, lambda done, total, kind=kind: progress(f'{kind} stations', done, total))
             for kind, index in zip(KINDS, indices, strict=True)]
    shared = [MOVEMENTS[e] for e in sorted(common) if real.of(MOVEMENTS[e]).any()
              and generated.of(MOVEMENTS[e]).any()]
    found = [fault for exercise in shared for fault in faults(real, generated, exercise)]
    body = [f for f, feature in enumerate(real.features) if feature.statistic == BODY]
    return Realism(
        (real.describe(), generated.describe()),
        differences(tuple(real.features[f] for f in body), real.values[:, body],
                    generated.values[:, body], real.performer),
        {exercise: _of_exercise(real, generated, exercise, found) for exercise in shared},
        {exercise: np.stack([np.moveaxis(quantiles(one.courses[one.of(exercise)].reshape(
            -1, len(COURSES) * MOMENTS), np.array(SHOWN)).reshape(-1, len(COURSES), MOMENTS), 0, 1)
            for one in (real, generated)]) for exercise in shared},
        sorted(found, key=lambda fault: -fault.disagreement),
        None if None in views else {
            view: differences(MEASURES, *(one.geometry[v] for one in views),
                              views[0].performer[v]) for v, view in enumerate(VIEWS)},
        LabelNoise(*(np.stack([_noise(one, what) for one in views]) for what in (
            lambda off: np.nanmedian(off, 1), lambda off: np.nanmean(
                np.where(np.isnan(off), np.nan, off > WRONG), 1))),
            np.stack([1 - visible_shares(index) for index in indices])),
        transfer)


def _of_exercise(real: Measured, generated: Measured, exercise: Exercise,
                 found: list[Fault]) -> list[Difference]:
    shown = [f for f, feature in enumerate(real.features)
             if feature.side in ('', 'left', 'right')]
    own = [fault for fault in found if fault.condition.exercise == exercise]
    return differences(tuple(real.features[f] for f in shown),
                       *(unmoved(clips, exercise, own)[:, shown] for clips in (real, generated)),
                       real.performer[real.of(exercise)])


def _noise(views: Views | None, what: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """(K, V)."""
    if views is None:
        return np.full((NUM_KEYPOINTS, len(VIEWS)), np.nan)
    return what(views.noise).T
