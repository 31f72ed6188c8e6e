"""What is known about judging from one view, or from all views of a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.posture.calibration import PostureCalibration
from fitness_mm.posture.calibration_fit import AbstainRule, fit_calibration
from fitness_mm.posture.measures import condition_measures, posture_report
from fitness_mm.posture.records import PostureRecords

from .abstaining import Calibrated, calibrated
from .intervals import Interval, measure_intervals


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows of one kind and what they show.

    Attributes:
        source: ``one view`` or ``all views``.
        measures: Their overall measures, and ``per_condition``.
        auroc_of_view: AUROC of every condition by view; nothing where rows are clips.
        intervals: Of the main measures.
        calibration: Fitted to them.
        abstaining: What calibration does for people it was not fitted to; None if not known.
    """

    source: str
    measures: dict
    auroc_of_view: dict[str, list[float | None]]
    intervals: dict[str, Interval]
    calibration: PostureCalibration
    abstaining: Calibrated | None


def judged_by_source(records: PostureRecords, report: dict, rule: AbstainRule,
                     at_once: PostureRecords | None = None) -> list[Judged]:
    """What one view says, and what all views of a clip say, as far as the records have both.

    Args:
        records: Of clip-views, whose logits are fused for what all views say, or of clips.
        report: What :func:`~fitness_mm.posture.measures.posture_report` returns of them.
        rule: When a condition is not judged.
        at_once: Of clips all views of which the network saw at once, in the place of fused ones.
    """
    if records.whole_clips:
        return [_judged('all views', records, report, rule)]
    whole, measures = records.fused_views(), report['fused']
    if at_once is not None:
        whole, measures = at_once, posture_report(at_once)
    return [_judged('one view', records, report, rule),
            *([] if whole is None else [_judged('all views', whole, measures, rule)])]


def _judged(source: str, records: PostureRecords, measures: dict, rule: AbstainRule) -> Judged:
    views = {} if records.whole_clips else {
        str(view): [c['auroc'] for c in condition_measures(records.select(records.view == view))]
        for view in np.unique(records.view) if view}
    return Judged(source, measures, views, measure_intervals(records),
                  fit_calibration(records, rule), calibrated(records, rule))
