"""The measures of one person in a video, moment by moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.measures import seen

from .angles import MEASURES, Body, Measure
from .kept_ranges import LEAST_KNOWN, KeptRange, statistics
from .views import azimuth_deg, view_of

Span = tuple[float, float]
"""First and last second."""


@dataclass(frozen=True, eq=False)
class AngleTrack:
    """Measures over time.

    Attributes:
        times: Seconds, ascending, (T,).
        values: By the name of a measure and then by side, (T,) each; NaN where not all of its
            keypoints are seen.
        azimuth: From where the person is seen, degrees from straight before or behind; NaN if that
            is not known.
    """

    times: np.ndarray
    values: dict[str, dict[str, np.ndarray]]
    azimuth: float

    @property
    def view(self) -> str | None:
        """One of :data:`~fitness_mm.posture.views.VIEWS`; None if it is not known."""
        return view_of(self.azimuth)

    @property
    def columns(self) -> Iterator[tuple[str, Measure, np.ndarray]]:
        """Name with the side, measure and values (T,) of what is known at enough moments."""
        for name, sides in self.values.items():
            for side, values in sides.items():
                if np.mean(~np.isnan(values)) >= LEAST_KNOWN:
                    yield f'{side} {name}'.strip(), MEASURES[name], values

    def within(self, span: Span) -> np.ndarray:
        """Which moments are in a span, bool (T,)."""
        return (self.times >= span[0]) & (self.times <= span[1])

    def statistics(self, measure: str, span: Span) -> dict[str, float]:
        """:func:`~fitness_mm.posture.kept_ranges.statistics` of a measure in a span."""
        inside = self.within(span)
        if not inside.any():
            return {}
        found = statistics(np.stack(list(self.values[measure].values()), -1)[None, inside])
        return {name: float(value[0]) for name, value in found.items()}

    def furthest(self, known: KeptRange, span: Span) -> float | None:
        """The moment of a span at which a measure is furthest to where broken repetitions have it;
        None where that is no single one, or nothing is known."""
        sides = np.stack(list(self.values[known.measure].values()))[:, self.within(span)]
        if known.statistic in ('median', 'range') or not sides.size or np.isnan(sides).all():
            return None
        best = np.nanargmax(sides if known.statistic == 'highest' else -sides) % sides.shape[1]
        return float(self.times[self.within(span)][best])


def measure_track(times: np.ndarray, keypoints: np.ndarray, scores: np.ndarray,
                  unobserved: Set[int] = frozenset(),
                  spans: Sequence[Span] = ()) -> AngleTrack:
    """Measures a person.

    Args:
        times: Seconds, ascending, (T,).
        keypoints: Pixels, (T, K, 2).
        scores: (T, K).
        unobserved: Keypoints that the pose source only assumes: nothing is measured at them.
        spans: The repetitions, which say how large the person is and from where it is seen; all of
            the video if there are none.
    """
    shown = seen(scores)
    shown[:, sorted(unobserved)] = False
    points = np.where(shown[..., None], keypoints, np.nan).astype(float)[None]
    moments = np.any([(times >= a) & (times <= b) for a, b in spans], 0) if spans else None
    body = Body(points, moments)
    return AngleTrack(
        times, {name: {side: measure.of(body, side)[0] for side in measure.sides}
                for name, measure in MEASURES.items()},
        float(azimuth_deg(body, moments)[0]))
