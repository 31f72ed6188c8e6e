"""What an exercise is made of beside its own angles: one clip's random draws."""

from __future__ import annotations

import numpy as np

from ..performer.arms import Arms
from ..performer.body import Body
from ..performer.pose import Pose
from ..tempo import Tempo


class Movement:
    """One clip's random draws: how far each repetition goes, posture, noise.

    The draws do not depend on the exercise, so that exercises which share a position, such as the
    bottom of the deadlifts and the row, share its distribution too.

    Attributes:
        body: The performer's proportions.
        s: (T,) progress of the repetition, 0 at its start, 1 at its far end.
    """

    def __init__(self, body: Body, rng: np.random.Generator, tempo: Tempo):
        self.body, self.s, self._rng = body, tempo.progress, rng
        # Dumbbells move independently: one hand is a little late.
        self._s_arms = np.stack([self.s, tempo.lagging])
        num_reps = tempo.num_reps
        self._range = tempo.per_rep(np.clip(rng.normal(1.0, 0.05, num_reps), 0.9, 1.08))
        self.grip = body.shoulder_half + rng.uniform(8.0, 14.0)
        self.stance = body.hip_half + rng.uniform(3.0, 9.0)
        self._toe_out = rng.uniform(6.0, 18.0)
        self._head = rng.normal(0.0, 5.0)
        # The hinged position that stiff-leg deadlift, row and deadlift have in common.
        self.hinge_trunk = (np.clip(rng.normal(66.0, 5.0), 55.0, 77.0) +
                            tempo.per_rep(rng.normal(0.0, 1.5, num_reps)))
        self.hinge_knee = (np.clip(rng.normal(48.0, 4.0), 40.0, 56.0) +
                           tempo.per_rep(rng.normal(0.0, 0.5, num_reps)))
        self._noise = tempo.noise(rng, 8)

    def to(self, start: float | np.ndarray, end: float | np.ndarray,
           arms: bool = False) -> np.ndarray:
        """(T,) from a start to an end along the repetition, or (2, T) for independent arms."""
        return start + (end - start) * (self._s_arms if arms else self.s) * self._range

    def between(self, low: float, high: float) -> float:
        """A number that belongs to this clip."""
        return float(self._rng.uniform(low, high))

    def pose(self, arms: Arms, trunk: float | np.ndarray, knee: float | np.ndarray, *,
             stance: float | None = None, head: float = 0.0) -> Pose:
        """A pose with this clip's posture and noise; trunk and knee are numbers or (T,)."""
        noise = self._noise
        return Pose(
            s=self.s,
            arms=arms,
            trunk=trunk + 0.8 * noise[0],
            knee=np.maximum(knee + 0.5 * noise[1], 2.0),
            bend=1.0 * noise[2],
            head=self._head + head + 1.5 * noise[3],
            roll=0.7 * noise[4],
            heel=np.zeros_like(self.s),
            knee_in=1.5 * noise[5],
            shrug=0.2 * noise[6],
            stance=self.stance if stance is None else stance,
            toe_out=self._toe_out,
            hip_lift=np.zeros_like(self.s))
