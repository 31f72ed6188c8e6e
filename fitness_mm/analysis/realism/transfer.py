"""What networks that learnt on one kind of data say about the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.analysis.posture.report import read_posture
from fitness_mm.clip_scores import same_family
from fitness_mm.posture.measures import condition_measures
from fitness_mm.posture.records import PostureRecords

GENERATED_ON_REAL = 'trained on generated, tested on real'
REAL_ON_GENERATED = 'trained on real, tested on generated'
REAL_ON_REAL = 'trained on real, tested on real'


@dataclass(frozen=True)
class Transfer:
    """Tests beside each other.

    Attributes:
        tests: What each is.
        rows: Clip-views or clips of each.
        exercises: English name, and per test the share of its rows that are called by their class
            and by their family, None where it has none; first of the common exercises, each
            counting alike, then each.
        conditions: Exercise, Korean name of its condition, and AUROC per test, None where it has
            none; of exercises that any test has.
    """

    tests: tuple[str, ...]
    rows: tuple[int, ...]
    exercises: list[tuple[str, list[tuple[float, float] | None]]]
    conditions: list[tuple[str, str, list[float | None]]]

    @property
    def mean_auroc(self) -> list[float | None]:
        """Per test, of the conditions that all tests have."""
        common = [values for *_, values in self.conditions if None not in values]
        return np.mean(common, 0).tolist() if common else [None] * len(self.tests)


def read_transfer(paths: Mapping[str, Sequence[Path]]) -> Transfer | None:
    """Reads the records of tests; None if there are none.

    Args:
        paths: What a test is to the work directories or files that it left.

    Raises:
        RecordError: If there is no record in one, or it is damaged.
    """
    records = {name: read_posture(places) for name, places in paths.items() if places}
    return compare_tests(records) if records else None


def compare_tests(records: Mapping[str, PostureRecords]) -> Transfer:
    """Puts tests beside each other, whatever classes their networks have."""
    shares = [_shares(record) for record in records.values()]
    aurocs = [{(one['exercise'], one['condition']): one['auroc']
               for one in condition_measures(record) if one['auroc'] is not None}
              for record in records.values()]
    names = list(dict.fromkeys(name for share in shares for name in share))
    common = [name for name in names if all(name in share for share in shares)]
    rows = [(name, [share.get(name) for share in shares]) for name in names]
    if common:
        rows.insert(0, (f'mean of {len(common)} exercises', [
            tuple(np.mean([share[name] for name in common], 0).tolist()) for share in shares]))
    pairs = dict.fromkeys(pair for auroc in aurocs for pair in auroc)
    return Transfer(tuple(records), tuple(map(len, records.values())), rows, [
        (*pair, [auroc.get(pair) for auroc in aurocs]) for pair in pairs])


def _shares(records: PostureRecords) -> dict[str, tuple[float, float]]:
    right = np.stack([records.predicted == records.label,
                      same_family(records.classes, records.label, records.predicted)], 1)
    return {records.classes[c]: tuple(right[records.label == c].mean(0).tolist())
            for c in np.unique(records.label)}
