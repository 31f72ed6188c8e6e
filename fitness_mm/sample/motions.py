"""The twelve exercises as joint angles over the progress of a repetition.

Each function below is one exercise done well by one performer: ``m.s`` runs from 0 to 1 and back
about four times, ``m.to(a, b)`` is an angle that goes along with it. What a broken condition
changes stands in ``faults``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arms import Angles, Hang, Reach, Together
from .body import Body
from .pose import Arms, Pose
from .tempo import Tempo

# Fold of the forearm and bend of the wrist, as (out, up, front) of the chest.
_TO_FRONT = (0.0, 0.25, 1.0)
_TO_INSIDE = (-1.0, 0.0, 0.2)


class Movement:
    """One clip's random draws: how far each repetition goes, posture, noise.

    The draws do not depend on the exercise, so that exercises which share a position, such as the
    bottom of the deadlifts and the row, share its distribution too.
    """

    def __init__(self, body: Body, rng: np.random.Generator, tempo: Tempo):
        self.body, self.rng, self.num_frames = body, rng, len(tempo.progress)
        self.s = tempo.progress
        # Dumbbells move independently: one hand is a little late.
        self.s_arms = np.stack([self.s, tempo.lagging])
        num_reps = tempo.num_reps
        self._range = tempo.per_rep(np.clip(rng.normal(1.0, 0.05, num_reps), 0.9, 1.08))
        self.grip = body.shoulder_half + rng.uniform(8.0, 14.0)
        self.stance = body.hip_half + rng.uniform(3.0, 9.0)
        self.toe_out = rng.uniform(6.0, 18.0)
        self.head = rng.normal(0.0, 5.0)
        # The hinged position that stiff-leg deadlift, row and deadlift have in common.
        self.hinge_trunk = (np.clip(rng.normal(66.0, 5.0), 55.0, 77.0) +
                            tempo.per_rep(rng.normal(0.0, 1.5, num_reps)))
        self.hinge_knee = (np.clip(rng.normal(48.0, 4.0), 40.0, 56.0) +
                           tempo.per_rep(rng.normal(0.0, 0.5, num_reps)))
        self._noise = tempo.noise(rng, 8)

    def to(self, start: float | np.ndarray, end: float | np.ndarray,
           arms: bool = False) -> np.ndarray:
        """(T,) from a start to an end along the repetition, or (2, T) for independent arms."""
        s = self.s_arms if arms else self.s
        return start + (end - start) * s * self._range

    def between(self, low: float, high: float) -> float:
        """A number that belongs to this clip."""
        return float(self.rng.uniform(low, high))

    def pose(self, arms: Arms, trunk: float | np.ndarray,
             knee: float | np.ndarray, *, stance: float | None = None, head: float = 0.0,
             lying: bool = False) -> Pose:
        """A pose with this clip's posture and noise; trunk and knee are numbers or (T,)."""
        zeros = np.zeros(self.num_frames)
        noise = self._noise
        return Pose(
            s=self.s,
            arms=arms,
            trunk=trunk + 0.8 * noise[0],
            knee=np.maximum(knee + 0.5 * noise[1], 2.0),
            bend=1.0 * noise[2],
            head=self.head + head + 1.5 * noise[3],
            roll=0.7 * noise[4],
            heel=zeros.copy(),
            knee_in=1.5 * noise[5],
            shrug=0.2 * noise[6],
            stance=self.stance if stance is None else stance,
            toe_out=self.toe_out,
            lying=lying,
            hip_lift=zeros.copy(),
        )

    def both(self, value: float | np.ndarray) -> np.ndarray:
        """(2, T): the same for both arms."""
        return np.broadcast_to(value, (2, self.num_frames)).astype(float)


def front_raise(m: Movement) -> Pose:
    """Dumbbells from the thighs to shoulder height with arms all but straight."""
    arms = Angles(
        raised=m.to(m.between(4, 12), m.between(86, 98), arms=True),
        spread=m.both(m.between(2, 7)),
        elbow=m.both(m.between(8, 18)),
        fold=(0.3, 1.0, 0.3),
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.between(-1, 4), knee=m.between(4, 12))


def upright_row(m: Movement) -> Pose:
    """The bar from the thighs up along the body to the chest, elbows leading."""
    body = m.body
    arm = body.upper_arm + body.forearm
    arms = Reach(
        out=m.both(m.between(11, 16)),
        up=m.both(m.to(-0.985 * arm, m.between(-10, -4))),
        front=m.both(m.to(body.thickness(0.055) + 2.0, body.thickness(0.075) + 4.0)),
        pole_out=m.both(1.0),
        pole_up=m.both(m.to(0.1, 0.75)),
        pole_front=m.both(0.1),
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.between(-1, 5), knee=m.between(4, 12))


def _hanging(m: Movement) -> Hang:
    return Hang(
        pull=m.both(0.0), grip=m.grip, gap=m.both(m.between(0.0, 2.0)), bar=True,
        pull_up=m.between(4, 9), flare=m.between(0.55, 0.85), wrist=m.both(0.0))


def stiff_leg_deadlift(m: Movement) -> Pose:
    """From standing to the hinge and back, the knees at one angle all the time.

    With bent knees one stands with the trunk forward, or one would fall over backwards.
    """
    return m.pose(_hanging(m), trunk=_mix(m.between(24, 32), m.hinge_trunk, m.s),
                  knee=m.hinge_knee)


def barbell_row(m: Movement) -> Pose:
    """The hinge is held; the bar goes from hanging to the belly."""
    arms = _hanging(m)
    arms.pull = m.both(np.clip(m.to(0.0, 1.0), 0.0, 1.0))
    return m.pose(arms, trunk=m.hinge_trunk, knee=m.hinge_knee)


def deadlift(m: Movement) -> Pose:
    """Knees and hips bend together to the hinge and straighten together."""
    return m.pose(_hanging(m), trunk=_mix(m.between(0, 4), m.hinge_trunk, m.s),
                  knee=_mix(m.between(3, 7), m.hinge_knee, m.s))


def _mix(start: float, end: np.ndarray, s: np.ndarray) -> np.ndarray:
    return start + (end - start) * s


def dumbbell_row(m: Movement) -> Pose:
    """As the row, less bent, with a dumbbell in each hand that goes up beside the trunk."""
    arms = Hang(
        pull=np.clip(m.to(0.0, 1.0, arms=True), 0.0, 1.0),
        grip=m.body.shoulder_half + m.between(1.0, 4.0),
        gap=m.both(m.between(-1.0, 2.0)),
        bar=False,
        pull_up=m.between(0, 5),
        flare=m.between(0.05, 0.2),
        wrist=m.both(0.0))
    return m.pose(arms, trunk=m.hinge_trunk - m.between(22, 28), knee=m.hinge_knee)


def squat(m: Movement) -> Pose:
    """The bar on the shoulders, down until the thighs are about level."""
    body = m.body
    hands = body.shoulder_half + m.between(10, 16)
    arms = Reach(
        out=m.both(hands),
        up=m.both(-6.0 - m.between(0, 3)),
        front=m.both(-body.thickness(0.060) + 2.0),
        pole_out=m.both(0.55),
        pole_up=m.both(-1.0),
        pole_front=m.both(-0.35),
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.to(m.between(4, 8), m.between(32, 42)),
                  knee=m.to(m.between(4, 9), m.between(98, 114)),
                  stance=m.stance + m.between(5, 9), head=-2.0)


def overhead_press(m: Movement) -> Pose:
    """The bar from the collar bones to above the head."""
    body = m.body
    arm = body.upper_arm + body.forearm
    arms = Reach(
        out=m.both(body.shoulder_half + m.between(3, 8)),
        up=m.both(m.to(m.between(-7, -3), 0.955 * arm)),
        front=m.both(m.to(m.between(13, 17), 2.0)),
        pole_out=m.both(m.to(0.25, 0.9)),
        pole_up=m.both(-1.0),
        pole_front=m.both(m.to(0.45, 0.1)),
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.between(-4, 1), knee=m.between(4, 10))


def lateral_raise(m: Movement) -> Pose:
    """Dumbbells from the sides out to shoulder height."""
    arms = Angles(
        raised=m.both(m.between(3, 10)),
        spread=m.to(m.between(7, 12), m.between(82, 94), arms=True),
        elbow=m.both(m.between(10, 20)),
        fold=(0.0, -0.1, 1.0),
        wrist=m.both(0.0),
        wrist_to=(0.0, -1.0, 0.0))
    return m.pose(arms, trunk=m.between(1, 7), knee=m.between(5, 12))


def barbell_curl(m: Movement) -> Pose:
    """Elbows at the sides, the bar from the thighs to the chest; never quite straight below."""
    arms = Angles(
        raised=m.both(m.between(0, 7)),
        spread=m.both(m.between(3, 8)),
        elbow=m.both(m.to(m.between(28, 36), m.between(128, 138))),
        fold=_TO_FRONT,
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.between(-1, 3), knee=m.between(4, 10))


def dumbbell_curl(m: Movement) -> Pose:
    """As the barbell curl, but nothing ties the hands: arms and forearms further out."""
    arms = Angles(
        raised=m.both(m.between(-2, 5)),
        spread=m.both(m.between(19, 26)),
        elbow=m.to(m.between(28, 36), m.between(128, 138), arms=True),
        fold=(0.5, 0.25, 1.0),
        wrist=m.both(0.0),
        wrist_to=_TO_FRONT)
    return m.pose(arms, trunk=m.between(-1, 3), knee=m.between(4, 10))


def pullover(m: Movement) -> Pose:
    """On the bench, one dumbbell in both hands from above the chest to behind the head."""
    raised = m.to(m.between(82, 90), m.between(158, 170))
    arms = Together(raised=m.both(raised), elbow=m.both(m.between(20, 30)), flare=m.both(0.45),
                    wrist=m.both(0.0))
    return m.pose(arms, trunk=-90.0 + m.between(0, 4), knee=m.between(78, 92),
                  stance=m.body.hip_half + m.between(12, 18), lying=True)


MOTIONS: dict[str, Callable[[Movement], Pose]] = {
    'front raise': front_raise,
    'upright row': upright_row,
    'barbell stiff-leg deadlift': stiff_leg_deadlift,
    'barbell row': barbell_row,
    'dumbbell bent-over row': dumbbell_row,
    'barbell deadlift': deadlift,
    'barbell squat': squat,
    'overhead press': overhead_press,
    'side lateral raise': lateral_raise,
    'barbell curl': barbell_curl,
    'dumbbell curl': dumbbell_curl,
    'dumbbell pullover': pullover,
}
"""By the exercise's English name in the catalogue."""
