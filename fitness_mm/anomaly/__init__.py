"""Wrong labels, found by networks that have not seen them: arrays in, arrays out."""

from .decision import Anomalies, find_anomalies, recommended_rule
from .files import AnomalyFiles, merge, write_anomalies
from .kinds import KINDS, Explanation, explain
from .residuals import Residuals
from .rules import (
    NOISE_RULE,
    STUDY_CODE_RULE,
    STUDY_FIGURE_RULE,
    TORSO_RULE,
    Rule,
    distances,
    flag,
    severity,
)
from .thresholds import recommend_threshold, sweep

__all__ = [
    'KINDS',
    'NOISE_RULE',
    'STUDY_CODE_RULE',
    'STUDY_FIGURE_RULE',
    'TORSO_RULE',
    'Anomalies',
    'AnomalyFiles',
    'Explanation',
    'Residuals',
    'Rule',
    'distances',
    'explain',
    'find_anomalies',
    'flag',
    'merge',
    'recommend_threshold',
    'recommended_rule',
    'severity',
    'sweep',
    'write_anomalies'
]
