"""The proportions of one performer's body.

Lengths are shares of the trunk, from the middle of the shoulders to the middle of the hips, as
measured in real labels of 43 people (medians over people; ``docs/sample.md``). They are distances
between keypoints as annotators place them, not those of anatomical tables: the Foot is the ball of
the foot, the Palm the middle of the hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHARES_OF_TRUNK = dict(
    shoulders=0.668, hips=0.431, upper_arm=0.521, forearm=0.476, palm=0.107, thigh=0.733,
    shin=0.739, foot=0.169, skull=0.207, nose=0.231, eye=0.201, eyes=0.109, ears=0.288,
)
"""``foot`` is ankle to Foot, ``skull`` Neck to the middle of the ears, ``nose`` and ``eye`` from
there to the Nose and to the middle of the eyes; ``shoulders``, ``hips``, ``eyes`` and ``ears`` go
from the right to the left one."""

_DEVIATIONS = dict(
    shoulders=0.060, hips=0.059, upper_arm=0.045, forearm=0.051, palm=0.056, thigh=0.073,
    shin=0.059, foot=0.068, skull=0.058, nose=0.09, eye=0.09, eyes=0.09, ears=0.10,
)
# Standard deviations of the shares' logarithms between people. Arms and legs are long or short
# together, which is this much of their variance (correlations of 0.5 to 0.8).
_COMMON = dict.fromkeys(('upper_arm', 'forearm', 'palm', 'thigh', 'shin'), 0.65)
_TOGETHER = (('nose', 'eye'),)

TRUNK_CM = (51.3, 4.5)
"""Mean and standard deviation over 51 people of the trunk's length in 3D labels."""

_TRUNK_RANGE_CM = (42.0, 60.0)
_HEIGHT_OF_TRUNK = 3.32  # with a straight body, feet and crown included


@dataclass(frozen=True)
class Body:
    """Lengths of one performer in cm, named as in :data:`SHARES_OF_TRUNK`.

    Attributes:
        trunk: From the middle of the shoulders to the middle of the hips.
        girth: Thickness of limbs and trunk relative to the average.
    """

    trunk: float
    girth: float
    shoulders: float
    hips: float
    upper_arm: float
    forearm: float
    palm: float
    thigh: float
    shin: float
    foot: float
    skull: float
    nose: float
    eye: float
    eyes: float
    ears: float

    @property
    def height(self) -> float:
        """About the body's height in cm, for what is drawn around the bones."""
        return (_HEIGHT_OF_TRUNK - SHARES_OF_TRUNK['thigh'] - SHARES_OF_TRUNK['shin']
                ) * self.trunk + self.thigh + self.shin

    def thickness(self, fraction: float) -> float:
        """A limb's radius in cm, from its fraction of body height for an average build."""
        return fraction * self.height * self.girth


def sample_body(rng: np.random.Generator) -> Body:
    """Draws a performer."""
    trunk = float(np.clip(rng.normal(*TRUNK_CM), *_TRUNK_RANGE_CM))
    girth = float(np.clip(rng.normal(1.0, 0.10), 0.78, 1.35))
    common = rng.normal()
    own = dict(zip(SHARES_OF_TRUNK, rng.normal(size=len(SHARES_OF_TRUNK)), strict=True))
    for first, other in _TOGETHER:
        own[other] = own[first]
    lengths = {}
    for name, share in SHARES_OF_TRUNK.items():
        together = _COMMON.get(name, 0.0)
        z = np.sqrt(together) * common + np.sqrt(1 - together) * own[name]
        lengths[name] = share * trunk * float(np.exp(_DEVIATIONS[name] * np.clip(z, -2.5, 2.5)))
    return Body(trunk=trunk, girth=girth, **lengths)
