"""The audit of a data set: counts against plain loops, folders, and planted label errors."""

import shutil

import numpy as np
import orjson
import pytest
from conftest import run_tool

from fitness_mm.aihub import EXERCISES, FitnessIndex
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import read_exclusions
from fitness_mm.analysis.audit.blocks import clip_blocks
from fitness_mm.analysis.audit.checks.suspicious import CHECKS, find_suspicious
from fitness_mm.analysis.audit.counts import incomplete_rows
from fitness_mm.analysis.audit.files import write_audit, write_exclusions
from fitness_mm.analysis.audit.folders import compare_folders
from fitness_mm.analysis.audit.rejects import read_rejects
from fitness_mm.analysis.audit.state import inspect
from fitness_mm.analysis.audit.text import as_text
from fitness_mm.errors import FitnessError
from fitness_mm.sample import make_sample


@pytest.fixture(scope='module')
def state(sample_root):
    return inspect(sample_root)


@pytest.fixture(scope='module')
def skeletons(tmp_path_factory):
    """A sample in which whole skeletons are wrong, and of every labelled frame the kind of its
    planted error, '' where there is none, str (S,)."""
    root = tmp_path_factory.mktemp('skeletons')
    make_sample(root, 'tiny', images=False, errors='skeletons')
    run_tool('data/prepare.py', '--root', root, '--labels-only', '320x180')
    state = inspect(root)
    records = orjson.loads((root / 'planted_errors.json').read_bytes())['clip_views']
    kind_of = {(record['id'], 2 * t + 1): record['kind']
               for record in records for t in record['frames']}
    found = state.suspicions
    return state, np.array([kind_of.get((state.index.clip_view_id(int(row)), int(number)), '')
                            for row, number in zip(found.row, found.frame_number, strict=True)])


def test_blocks_hold_every_label_once_whatever_their_size(sample_root):
    index = FitnessIndex.read(sample_root)
    index = index.select(np.random.default_rng(0).permutation(len(index)))
    for size in (1, 3, 1000):
        seen = []
        for block in clip_blocks(index, size):
            there = block.frame >= 0
            np.testing.assert_array_equal(there, block.number > 0)
            assert not block.visible[~there].any()
            seen.append((block.frame[there], block.number[there], block.keypoints[there],
                         block.visible[there]))
        frame, number, keypoints, visible = map(np.concatenate, zip(*seen, strict=True))
        order = np.argsort(frame)
        np.testing.assert_array_equal(frame[order], np.arange(index.num_frames.sum()))
        rows = range(len(index))
        np.testing.assert_array_equal(
            number[order], np.concatenate([index.frame_numbers(i) for i in rows]))
        np.testing.assert_array_equal(
            keypoints[order], np.concatenate([index.keypoints(i) for i in rows]))
        np.testing.assert_array_equal(
            visible[order], np.concatenate([index.visible(i) for i in rows]))


def test_a_block_puts_views_and_moments_where_they_belong(sample_root):
    index = FitnessIndex.read(sample_root)
    block = next(clip_blocks(index, 1))
    clip = index.clip[0]
    for row in np.flatnonzero(index.clip == clip):
        v = VIEWS.index(index.view[row])
        np.testing.assert_array_equal(block.number[0, v], index.frame_numbers(int(row)))
        np.testing.assert_array_equal(block.keypoints[0, v], index.keypoints(int(row)))


def test_amounts_are_those_of_plain_counting(state):
    index = state.index
    names = {
        'exercise': [f'{EXERCISES[e].name} ({EXERCISES[e].name_ko})' for e in index.exercise],
        'day': [f'{s}/{d}' for s, d in zip(index.split, index.column('day'), strict=True)],
        'view': index.view.tolist(),
        'performer': [f'Z{p}' for p in index.performer],
        'type': [f'{t:03d} {EXERCISES[e].name}'
                 for t, e in zip(index.type, index.exercise, strict=True)],
    }
    assert list(state.amounts) == list(names)
    for what, of_row in names.items():
        groups = state.amounts[what]
        assert {group.name for group in groups} == set(of_row)
        for group in groups:
            part = index.select(np.array(of_row) == group.name)
            assert group.clips == len(set(part.clip.tolist()))
            assert group.clip_views == len(part)
            assert group.frames == part.num_frames.sum()
            assert group.performers == len(set(part.performer.tolist()))


def test_visibility_and_conditions_are_those_of_plain_counting(state):
    index = state.index
    for v, view in enumerate(VIEWS):
        visible = np.concatenate([index.visible(i) for i in np.flatnonzero(index.view == view)])
        np.testing.assert_allclose(state.visible[:, v], visible.mean(axis=0))
    assert state.visible.min() < 1  # the sample has a foot outside the image
    first = {clip: i for i, clip in reversed(list(enumerate(index.clip.tolist())))}
    for count in state.condition_counts:
        position = count.condition.position
        values = [index.gt_conditions(i)[position] for i in first.values()
                  if index.exercise[i] == count.exercise.index and index.gt_conditions_usable[i]]
        assert (count.holds, count.broken) == (values.count(1), values.count(0))
    assert sum(state.frames_per_clip_view.values()) == len(index)


def test_planted_errors_are_found_and_little_else_is(skeletons):
    state, kinds = skeletons
    suspicious, flagged = state.suspicions.suspicious, state.suspicions.flagged
    wrong = kinds != ''
    assert wrong.sum() > 20
    assert suspicious[wrong].mean() > 0.75
    assert wrong[suspicious].mean() > 0.85
    sides = flagged[:, list(CHECKS).index('sides')]
    np.testing.assert_array_equal(sides, kinds == 'sides swapped')
    assert flagged[kinds == 'scrambled', list(CHECKS).index('limbs')].all()


def test_threads_do_not_change_the_scores(state):
    reports = []
    again = find_suspicious(state.index, 3, lambda *numbers: reports.append(numbers))
    np.testing.assert_array_equal(again.scores, state.suspicions.scores)
    np.testing.assert_array_equal(again.checked, state.suspicions.checked)
    total = len(again.row)
    assert reports[0] == (0, total) and reports[-1] == (total, total)


def test_the_ranking_starts_with_what_most_checks_flag(state):
    found = state.suspicions
    ranked = found.ranked()
    assert set(ranked) == set(np.flatnonzero(found.suspicious))
    keys = [(-int(found.flagged[f].sum()), -float(found.scores[f].max())) for f in ranked]
    assert keys == sorted(keys)
    first = found.first_of_each_clip_view(ranked)
    assert len(first) == len(set(found.row[ranked].tolist())) and first[0] == ranked[0]


def test_the_exclusion_file_is_what_training_reads(state, tmp_path):
    count = write_exclusions(state, tmp_path / 'deep' / 'flag.json')
    excluded = read_exclusions(tmp_path / 'deep' / 'flag.json')
    found = state.suspicions
    expected = {(state.index.clip_view_id(int(found.row[f])), int(found.frame_number[f]))
                for f in np.flatnonzero(found.suspicious)}
    assert {(name, n) for name, numbers in excluded.items() for n in numbers} == expected
    assert count == len(expected)


@pytest.fixture
def copy(sample_root, tmp_path):
    """A copy of the sample without its labels."""
    root = tmp_path / 'data'
    shutil.copytree(sample_root, root, ignore=shutil.ignore_patterns('label', 'index_parts'))
    return root


def test_folders_that_come_and_go_are_told(copy):
    index = FitnessIndex.read(copy)
    before = compare_folders(index)
    gone = index.column('image_dir')[7]
    shutil.rmtree(copy / gone)
    new = f'{gone.rpartition("/")[0]}/001-1-1-01-Z99_A'
    (copy / new).mkdir()
    after = compare_folders(index)
    assert before.missing == [] and after.missing == [gone]
    assert set(after.unmentioned) - set(before.unmentioned) == {new}
    assert after.on_disk == before.on_disk
    # the sample has label files that were rejected: their images are mentioned by nothing
    assert len(before.unmentioned) == read_report(copy)['unused_image_folders'] > 0


def read_report(root):
    return orjson.loads((root / 'report.json').read_bytes())


def test_a_view_with_fewer_images_than_the_others_is_incomplete(sample_root):
    index = FitnessIndex.read(sample_root)
    assert len(incomplete_rows(index)) == 0
    images = index.column('num_images').copy()
    images[[3, 11]] -= 1

    class Fewer(FitnessIndex):
        def column(self, name):
            return images if name == 'num_images' else super().column(name)

    np.testing.assert_array_equal(incomplete_rows(Fewer(index._store, index._rows)), [3, 11])


def test_rejects_come_with_examples(state):
    report = read_report(state.index.root)
    counts = {r.reason: r.count for r in state.rejects if r.what == 'files'}
    assert counts == report['rejected_files'] and counts
    for reject in state.rejects:
        assert list(reject.examples) == report['examples'].get(reject.reason, [])


@pytest.mark.parametrize('content', [b'{', b'[]', b'{"rejected_files": {"x": "y"}}', None])
def test_a_missing_or_damaged_report_is_said_and_the_rest_goes_on(copy, content):
    if content is None:
        (copy / 'report.json').unlink()
    else:
        (copy / 'report.json').write_bytes(content)
    with pytest.raises(FitnessError, match=r'report\.json.*tools/data/prepare\.py'):
        read_rejects(copy)
    state = inspect(copy)
    assert 'What was rejected is not known' in as_text(state)


def test_text_from_the_data_cannot_become_html(copy, tmp_path):
    report = read_report(copy)
    report['rejected_files'] = {'<script>alert(1)</script>': 3}
    report['examples'] = {'<script>alert(1)</script>': ['<img src=x onerror=alert(2)>']}
    (copy / 'report.json').write_bytes(orjson.dumps(report))
    files = write_audit(inspect(copy), tmp_path / 'out', examples=1)
    page = files.page.read_text('utf-8')
    assert '<script' not in page and '<img src=x' not in page
    assert '&lt;script&gt;alert(1)' in page
