"""The report on a posture network, and the calibration that its users need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fitness_mm.analysis.study.results import trainings
from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output, write_text
from fitness_mm.posture.calibration import CALIBRATION_FILE, VIEWS_CALIBRATION_FILE
from fitness_mm.posture.calibration_fit import ABSTAIN_RULE, AbstainRule
from fitness_mm.posture.measures import overall_measures, posture_report
from fitness_mm.posture.records import PostureRecords
from fitness_mm.tables import csv_table

from .compare import compare
from .judged import judged_by_source
from .label_noise import type_verdicts
from .markdown import posture_markdown
from .numbering import misnumbered_runs
from .reliability_plot import plot_reliability
from .tables import condition_rows, main_rows, overall_rows, type_rows

RECORDS = 'posture.npz'
_CALIBRATIONS = {'one view': CALIBRATION_FILE, 'all views': VIEWS_CALIBRATION_FILE}


def read_posture(paths: Sequence[Path]) -> PostureRecords:
    """The records of all files and work directories together.

    Args:
        paths: Files of records, work directories that hold one, or folders of folds that do. Folds
            are held-out parts of one data set, so their rows are pooled.

    Raises:
        RecordError: If there are none, one is damaged, or they do not belong together.
    """
    return PostureRecords.read_all(_files(paths))


def _files(paths: Sequence[Path]) -> list[Path]:
    return [file for path in paths for file in (
        [folder / RECORDS for folder in trainings(path)] if path.is_dir() else [path])]


def _auroc_in_folds(paths: Sequence[Path]) -> list[float]:
    """The mean AUROC of each of several files by itself: scores of different networks rank together
    as they happen to be scaled."""
    files = _files(paths)
    each = [overall_measures(PostureRecords.read(file).in_order())['auroc']
            for file in files[len(files) == 1:]]
    return [auroc for auroc in each if auroc is not None]


def write_posture_report(paths: Sequence[Path],
                         out: Path,
                         rule: AbstainRule = ABSTAIN_RULE,
                         second: Sequence[Path] = (),
                         all_views: Sequence[Path] = ()) -> list[Path]:
    """Writes ``posture.md``; ``overall.csv``, ``main.csv``, ``conditions.csv`` and, where types are
    known, ``types.csv``; ``calibration.json`` for one view and ``calibration_views.json`` for all
    views of a clip; and ``reliability.png`` if there is more than one performer.

    Args:
        paths: Records or work directories of one network, see
            :func:`read_posture`.
        out: Folder for the report.
        rule: When a condition is not judged.
        second: Records of the same clips to compare, such as from predicted keypoints. The report
            says what is lost; the calibrations are of the first ones.
        all_views: Records of the same clips whose views the network saw at once. Without them what
            all views say is the mean of what each says.

    Returns:
        The files, the Markdown report first.

    Raises:
        FitnessError: If records are missing, damaged or do not belong together.
    """
    check_output(out, folder=True)
    records = read_posture(paths)
    at_once = _at_once(records, read_posture(all_views)) if all_views else None
    comparison = compare(records, read_posture(second)) if second else None
    report = posture_report(records)
    found = judged_by_source(records, report, rule, at_once)
    in_folds = {found[0].source: _auroc_in_folds(paths)}
    if all_views:
        in_folds[found[1].source] = _auroc_in_folds(all_views)
    types = type_verdicts(at_once or records, found[-1].calibration.judged)
    texts = {
        'posture.md': posture_markdown(
            records, report, found, rule, types, misnumbered_runs(at_once or records), comparison,
            at_once is not None, in_folds),
        'overall.csv': _csv(overall_rows(report, found[1].measures if at_once else None)),
        'main.csv': _csv(main_rows(found)),
        'conditions.csv': _csv(condition_rows(found)),
    }
    if types is not None:
        texts['types.csv'] = _csv(type_rows(records, types, types.order))
    files = [write_text(out / name, text) for name, text in texts.items()]
    files += [one.calibration.write(out / _CALIBRATIONS[one.source]) for one in found]
    shown = {one.source: one.abstaining for one in found if one.abstaining is not None}
    if shown:
        files.append(plot_reliability(shown, out / 'reliability.png'))
    return files


def _at_once(records: PostureRecords, views: PostureRecords) -> PostureRecords:
    if records.whole_clips or not views.whole_clips:
        raise FitnessError('the first records have to be a test on single views, and those of '
                           '--views a test of the same network with multiview=True in '
                           'test_dataloader.dataset')
    if (records.classes, records.condition_names) != (views.classes, views.condition_names) or (
            set(records.clip.tolist()) != set(views.clip.tolist())):
        raise FitnessError('the test on single views and the one on all views are of other '
                           'exercises or clips; test the same folds of the same data')
    return views


def _csv(rows: Sequence[dict[str, object]]) -> str:
    return csv_table(rows[0], map(dict.values, rows))
