"""The report on a study: tables, differences and a confusion matrix for every model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from fitness_mm.analysis.run_plots import plot_confusion
from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output, write_text
from fitness_mm.tables import csv_table

from .results import ModelCost, distinct_names, find_config, read_result, trainings
from .results_table import differences, differences_csv, markdown, result_rows


def write_study_report(work_dirs: Sequence[Path],
                       out: Path,
                       baseline: str | None = None,
                       measure: bool = True,
                       log: Callable[[str], None] = print) -> Path:
    """Writes ``results.md``, ``results.csv``, ``differences.csv`` and ``confusion_<model>.png``.

    Args:
        work_dirs: Work directories of ``tools/train.py``, one a model, or folders of its folds.
        out: Folder for the report.
        baseline: Name of the work directory the others are compared with; the first if None.
        measure: Whether to count operations and measure speed, which needs the data set.
        log: Told what is going on.

    Returns:
        ``results.md``.

    Raises:
        FitnessError: If a work directory has no usable reports or is there twice, or the models
            were not tested on the same clip-views.
    """
    check_output(out, folder=True)
    names = distinct_names(work_dirs)
    results = [read_result(*named) for named in zip(work_dirs, names, strict=True)]
    if baseline is not None and baseline not in names:
        raise FitnessError(f'there is no model {baseline!r} to compare with; there are: '
                           + ', '.join(names))
    found = differences(results)
    rows = result_rows(results, [_cost(d, measure, log) for d in work_dirs])
    for result in results:
        plot_confusion(result.report, out / f"confusion_{result.name.replace('/', '_')}.png")
    held_out = results[0].records
    texts = {
        'results.csv': csv_table(rows[0], map(dict.values, rows)),
        'differences.csv': differences_csv(found),
        'results.md': markdown(rows, found, f'{len(held_out)} {held_out.unit}',
                               baseline or names[0]),
    }
    for name, text in texts.items():
        write_text(out / name, text)
    return out / 'results.md'


def _cost(work_dir: Path, measure: bool, log: Callable[[str], None]) -> ModelCost | None:
    if not measure:
        return None
    from fitness_mm import compat
    compat.apply()  # loads torch, which tables do without
    from fitness_mm.analysis.load_model import read_recogniser

    from .model_cost import model_cost
    log(f'measuring {work_dir}')
    return model_cost(read_recogniser(find_config(trainings(work_dir)[0])))
