"""The report on a posture network, and the calibration that its users need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fitness_mm.files import replacing
from fitness_mm.posture.calibration import CALIBRATION_FILE
from fitness_mm.posture.calibration_fit import DEFAULT_RULE, AbstainRule, fit_calibration
from fitness_mm.posture.measures import posture_report

from .abstaining import calibrated
from .compare import compare
from .reliability_plot import plot_reliability
from .results import read_posture
from .tables import condition_rows, overall_rows, posture_csv, posture_markdown


def write_posture_report(paths: Sequence[Path],
                         out: Path,
                         rule: AbstainRule = DEFAULT_RULE,
                         second: Sequence[Path] = ()) -> list[Path]:
    """Writes ``posture.md``, ``overall.csv``, ``conditions.csv`` and ``calibration.json``, and
    ``reliability.png`` if there is more than one performer.

    Args:
        paths: Records or work directories of one network, see
            :func:`~fitness_mm.analysis.posture.results.read_posture`.
        out: Folder for the report.
        rule: When a condition is not judged.
        second: Records of the same clips to compare, such as from predicted keypoints. The report
            says what is lost; the calibration is of the first ones.

    Returns:
        The files, the Markdown report first.

    Raises:
        FitnessError: If records are missing, damaged or do not belong together.
    """
    records = read_posture(paths)
    comparison = compare(records, read_posture(second)) if second else None
    report = posture_report(records)
    calibration = fit_calibration(records, rule)
    abstaining = calibrated(records, rule)
    texts = {
        'posture.md': posture_markdown(report, calibration, rule, abstaining, comparison),
        'overall.csv': posture_csv(overall_rows(report)),
        'conditions.csv': posture_csv(condition_rows(report, calibration)),
    }
    for name, text in texts.items():
        with replacing(out / name) as unfinished:
            unfinished.write_text(text, 'utf-8')
    files = [*(out / name for name in texts), calibration.write(out / CALIBRATION_FILE)]
    if abstaining is not None:
        files.append(plot_reliability(abstaining, out / 'reliability.png'))
    return files
