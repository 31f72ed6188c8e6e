"""The proportions of one performer's body.

Segment lengths are fractions of body height from Drillis & Contini, *Body Segment Parameters*
(1966), as tabulated in Winter, *Biomechanics and Motor Control of Human Movement*, chapter 4.
Two of them are widths between landmarks on the skin there; the joint centres that a skeleton is
made of lie further in, so hips and shoulders are narrower here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRACTIONS_OF_HEIGHT = dict(
    foot=0.152, ankle_height=0.039, shin=0.246, thigh=0.245,
    hip_half=0.052, shoulder_half=0.106,
    pelvis=0.052, lumbar=0.128, thorax=0.125, neck=0.050, head=0.130,
    upper_arm=0.186, forearm=0.146, palm=0.050,
)  # yapf: disable
"""``pelvis`` is mid-hip to Waist, ``lumbar`` Waist to Back, ``thorax`` Back to Neck, ``neck`` Neck
to the base of the skull, ``head`` chin to crown, ``palm`` wrist to the middle of the fist."""

HEIGHT_RANGE_CM = (150.0, 190.0)


@dataclass(frozen=True)
class Body:
    """Segment lengths of one performer in cm, named as in :data:`FRACTIONS_OF_HEIGHT`.

    Attributes:
        height: Body height.
        girth: Thickness of limbs and trunk relative to the average.
    """

    height: float
    girth: float
    foot: float
    ankle_height: float
    shin: float
    thigh: float
    hip_half: float
    shoulder_half: float
    pelvis: float
    lumbar: float
    thorax: float
    neck: float
    head: float
    upper_arm: float
    forearm: float
    palm: float

    def thickness(self, fraction: float) -> float:
        """A limb's radius in cm, from its fraction of body height for an average build."""
        return fraction * self.height * self.girth


def sample_body(rng: np.random.Generator) -> Body:
    """Draws a performer: height by sex, limb ratios that vary by some per cent, girth."""
    female = rng.random() < 0.45
    mean, deviation = (162.0, 5.5) if female else (174.0, 6.0)
    height = float(np.clip(rng.normal(mean, deviation), *HEIGHT_RANGE_CM))
    girth = float(np.clip(rng.normal(0.95 if female else 1.05, 0.10), 0.78, 1.35))
    # Arms and legs are long or short together, so one draw each, not one a segment.
    leg, arm, width = rng.normal(1.0, 0.03, 3)
    ratios = dict.fromkeys(FRACTIONS_OF_HEIGHT, 1.0)
    for name in ('shin', 'thigh'):
        ratios[name] = leg
    for name in ('upper_arm', 'forearm', 'palm'):
        ratios[name] = arm
    ratios['shoulder_half'] = width * (0.94 if female else 1.04)
    ratios['hip_half'] = width * (1.05 if female else 0.97)
    for name in ratios:
        ratios[name] *= float(np.clip(rng.normal(1.0, 0.015), 0.96, 1.04))
    lengths = {k: float(ratios[k] * f * height) for k, f in FRACTIONS_OF_HEIGHT.items()}
    return Body(height=height, girth=girth, **lengths)


