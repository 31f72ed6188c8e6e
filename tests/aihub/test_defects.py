"""One data root with every defect planted: each is counted under its reason, nothing raises, and
every good clip is indexed."""

import json
import os
import shutil
from collections import Counter

import numpy as np
import pytest
from label_tree import DAY, HEIGHT, Tree, dumps, make_label, set_all

from fitness_mm.aihub.prepare import build_index
from fitness_mm.aihub.prepare.reasons import NOTES, REASONS
from fitness_mm.keypoints.skeleton import KEYPOINTS

D01, D02, D03, D12, D37 = ('Day01_200921_F', 'Day02_200922_M', 'Day03_200923_F',
                           'Day12_201006_F', 'Day37_201105_F')
# img_key of view 2, given the right one and the data root
UNSAFE_KEYS = {
    20: lambda key, root: f'/{key}',
    21: lambda key, root: f'../../../{key}',
    22: lambda key, root: key.replace('/', '\\'),
    23: lambda key, root: key.replace('/3/', '/3\0/'),
    24: lambda key, root: key.replace('/3/', f'/{"3" * 4000}/'),
    25: lambda key, root: str(root / 'training' / 'img' / key),
    26: lambda key, root: key.replace('/3/B/', '/3/../3/B/'),
}


class Damaged:
    """The tree, with what has to be said about it collected while it is damaged."""

    def __init__(self, base):
        self.outside = base / 'outside'
        self.outside.mkdir()
        self.tree = Tree(base / 'root')
        self.files, self.views, self.rewrites, self.notes = (Counter() for _ in range(4))
        self.good = {}  # clip -> views
        for plant in (self.good_clips, self.oddities_that_are_kept, self.bad_files,
                      self.bad_views, self.unsafe_keys, self.links, self.duplicates,
                      self.other_spellings, self.days_without_labels, self.odd_files):
            plant()

    def clip(self, type_number, label=None, views='ABCDE', **where):
        path = self.tree.add_clip(type_number, label, **where)
        self.expect(type_number, views, **where)
        return path

    def expect(self, type_number, views, day=DAY, slot='3', performer=3, split='training'):
        if views:
            self.good[f'{split}/{day}/{slot}/{type_number:03d}-1-1-01-Z{performer}'] = views

    def reject(self, reason, type_number, label):
        """A file that is rejected as a whole."""
        self.clip(type_number, label, views='')
        self.files[reason] += 1

    def good_clips(self):
        self.clip(4)
        self.clip(5)
        self.clip(6, split='validation')

    def oddities_that_are_kept(self):
        for type_number, count in ((409, 13), (423, 15), (752, 17)):
            self.clip(type_number, make_label(type_number, num_frames=count))
            self.notes['unusual_frame_count'] += 1
        self.notes['frames_without_image'] += 5  # the 17th frame is image 33 of 32, in each view
        label = make_label(8)
        label['frames'][3]['view1']['pts']['Left Foot'] = {'x': 5, 'y': HEIGHT}
        label['frames'][3]['view1']['pts']['Right Foot'] = {'x': -1, 'y': 5}
        label['frames'][3]['view1']['pts']['Neck'] = {'x': 10 ** 9, 'y': 5}
        self.clip(8, label)
        self.notes['keypoints_outside_image'] += 3
        label = make_label(410)
        label['type_info']['exercise'] = '바벨 컬 '
        for condition in label['type_info']['conditions']:
            condition['condition'] = condition['condition'].replace('이완 시', '이완시') + ' '
        self.clip(410, label)
        self.clip(62)
        self.notes['quarantined_type'] += 1
        label = make_label(9)
        del label['frames'][0]['view5']['pts']['Waist']
        label['type_info']['conditions'].append({'condition': '없는 조건', 'value': True})
        self.clip(9, label)
        self.notes['keypoints_missing'] += 1
        self.notes['unknown_condition'] += 1
        self.clip(10)
        for n in range(21, 33):  # six of them labelled
            os.remove(self.tree.image_dir(10, 'D') / f'010-1-1-01-Z3_D-{n:07d}.jpg')
        self.notes['frames_without_image'] += 6

    def bad_files(self):
        for type_number, reason, label in (
                (30, 'empty_frames', {**make_label(30), 'frames': []}),
                (31, 'bad_json', dumps(make_label(31))[:-3000]),
                (32, 'bad_structure', {**make_label(32), 'frames': 'many'}),
                (33, 'too_large', np.random.default_rng(0).bytes(10 * 1024 * 1024)),
                (34, 'empty_file', b''),
                (35, 'bad_json', np.random.default_rng(1).bytes(5000)),
                (36, 'type_conflict', make_label(37)),
                (38, 'type_conflict', {**make_label(38), 'type': '039'}),
                (40, 'unknown_type', {**make_label(40), 'type': '900'}),
                (41, 'bad_json', b'[' * 1_000_000),
                (42, 'day_conflict', make_label(42, day=D01))):
            self.reject(reason, type_number, label)
        label = make_label(43)
        label['type_info']['exercise'] = '바벨 컬'
        self.reject('type_conflict', 43, label)

    def bad_views(self):
        label = make_label(50)
        for frame in label['frames']:
            del frame['view3']
        self.clip(50, label, 'ABDE')
        self.views['missing_view'] += 1
        label = make_label(51)
        label['frames'][2]['view1']['pts']['Nose']['x'] = float('nan')
        self.clip(51, label, 'BCDE')
        self.views['not_finite'] += 1
        label = make_label(52)
        label['frames'][2]['view2']['pts']['Nose'] = 'here'
        self.clip(52, label, 'ACDE')
        self.views['bad_structure'] += 1
        label = make_label(53)
        for frame in label['frames']:
            frame['view4']['img_key'] = frame['view5']['img_key']
        self.clip(53, label, 'ABCE')
        self.views['view_conflict'] += 1
        self.clip(54, set_all(make_label(54), 2, img_key=make_label(55)['frames'][0]['view2'][
            'img_key']), 'ACDE')
        self.views['type_conflict'] += 1
        label = make_label(56)
        label['frames'][5]['view1']['img_key'] = label['frames'][4]['view1']['img_key']
        self.clip(56, label, 'BCDE')
        self.views['mixed_images'] += 1
        self.tree.put(self.tree.label_path(57), dumps(make_label(57)))  # no images at all
        self.views['missing_images'] += 5
        self.clip(58, views='ABCD')
        shutil.rmtree(self.tree.image_dir(58, 'E'))
        self.views['missing_images'] += 1
        self.clip(59, views='BCDE')
        for image in self.tree.image_dir(59, 'A').iterdir():
            image.write_bytes(b'not an image')
        self.views['broken_image'] += 1
        self.clip(60, set_all(make_label(60), 1, img_key='A.jpg'), 'BCDE')
        self.views['bad_img_key'] += 1

    def unsafe_keys(self):
        for type_number, damage in UNSAFE_KEYS.items():
            label = make_label(type_number)
            for frame in label['frames']:
                frame['view2']['img_key'] = damage(frame['view2']['img_key'], self.tree.root)
            self.clip(type_number, label, 'ACDE')
            self.views['unsafe_path'] += 1

    def links(self):
        labels = self.tree.root / 'training' / 'label'
        (labels / DAY / 'loop').symlink_to(labels)
        (labels / DAY / 'self.json').symlink_to(labels / DAY / 'self.json')
        self.files['symlink'] += 2
        outside_label = self.tree.put(self.outside / 'D05-3-070.json', dumps(make_label(70)))
        (labels / DAY / outside_label.name).symlink_to(outside_label)
        self.files['outside_root'] += 1
        self.tree.add_images(70)
        self.clip(71, views='BCDE')  # the folder is a link that leaves
        self._move_out(self.tree.image_dir(71, 'A'))
        self.clip(72, views='ABDE')  # each image is
        for image in list(self.tree.image_dir(72, 'C').iterdir()):
            self._move_out(image)
        self.views['outside_root'] += 2

    def _move_out(self, path):
        moved = shutil.move(path, self.outside / path.name)
        path.symlink_to(moved)

    def duplicates(self):
        label = dumps(make_label(4))
        day = self.tree.label_path(4).parent
        self.tree.put(day / 'D05-3-004 (1).json', label)
        self.tree.put(day / DAY / 'D05-3-004.json', label)
        self.tree.put(day.with_name(f'{DAY} (1)') / 'D05-3-004.json', label)
        self.tree.put(day / 'D05-4-004.json', label)  # another slot's label, the same images
        self.files['duplicate'] += 4
        self.clip(4, views='', split='validation')
        self.files['duplicate'] += 1
        # the original is broken, its copy is good
        self.reject('bad_json', 80, b'{')
        self.tree.put(day / 'D05-3-080 (1).json', dumps(make_label(80)))
        self.expect(80, 'ABCDE')

    def _rename(self, type_number, view, new_name, day, slot='3'):
        folder = self.tree.image_dir(type_number, view, day=day, slot=slot)
        for image in list(folder.iterdir()):
            image.rename(folder / image.name.replace(folder.name, new_name))
        folder.rename(folder.with_name(new_name))

    def other_spellings(self):
        self.clip(90, day=D12)
        for view in 'ABCDE':
            self._rename(90, view, f'090-1-1-01_Z3_{view}', D12)
        self.rewrites['performer_separator'] += 5
        self.clip(91, day=D03, views='ACDE')  # only B's own images and C's, both in B
        cameras = self.tree.image_dir(91, 'C', day=D03).parent.parent
        shutil.rmtree(cameras / 'B')
        (cameras / 'C').rename(cameras / 'B')
        self.rewrites['day03_camera_c_is_b'] += 1
        self.views['missing_images'] += 1
        self.clip(92, day=D02, views='BCDE')
        cameras = self.tree.image_dir(92, 'B', day=D02).parent.parent
        shutil.rmtree(cameras / 'A')
        (cameras / 'B').rename(cameras / 'A')
        self.rewrites['day02_camera_b_is_a'] += 1
        self.views['missing_images'] += 1
        self.clip(93, day=D01)
        for view in 'BCDE':
            self._rename(93, view, '093-1-1-01-Z3_A', D01)
        self.rewrites['day01_clip_ends_in_a'] += 4
        self.clip(94)
        folder = self.tree.image_dir(94, 'B')
        folder.rename(folder.with_name(f'{folder.name}-'))
        self.rewrites['trailing_dash'] += 1
        self.clip(95, slot='7')
        slot = self.tree.image_dir(95, 'A', slot='7').parent.parent
        slot.rename(slot.with_name('7_No_148'))
        self.rewrites['slot_number_suffix'] += 5

    def days_without_labels(self):
        self.tree.add_images(4, views='AB', day=D37)
        self.tree.put(self.tree.root / 'training' / 'label' / D37 / 'D37-3-004-3d.json', b'{}')

    def odd_files(self):
        labels = self.tree.root / 'training' / 'label'
        self.tree.put(labels / f'{DAY}.zip', b'PK')
        self.tree.put(labels / DAY / '._D05-3-004.json', b'\0')
        self.tree.put(labels / DAY / 'label.json', b'{}')
        self.files['bad_file_name'] += 1
        self.files['broken_zip'] += 1
        self.tree.put(labels / 'D05-3-004.json', b'{}')
        self.files['misplaced'] += 1


@pytest.fixture(scope='module')
def damaged(tmp_path_factory):
    damaged = Damaged(tmp_path_factory.mktemp('damaged'))
    damaged.result = build_index(damaged.tree.root)
    damaged.report = json.loads((damaged.tree.root / 'report.json').read_bytes())
    return damaged


def test_every_good_clip_view_is_indexed_and_no_other(damaged):
    index = damaged.result.index
    found = {}
    for clip, view in zip(index.clip, index.view, strict=True):
        found[clip] = found.get(clip, '') + view
    assert found == damaged.good


def test_every_defect_is_counted_under_its_reason(damaged):
    assert damaged.report['rejected_files'] == dict(damaged.files)
    assert damaged.report['rejected_views'] == dict(damaged.views)
    assert {*damaged.files, *damaged.views} <= set(REASONS)


def test_everything_kept_is_counted(damaged):
    assert damaged.report['notes'] == dict(damaged.notes)
    assert damaged.report['rewrites'] == dict(damaged.rewrites)
    assert set(damaged.notes) <= set(NOTES)


def test_every_file_is_accounted_for(damaged):
    report, index = damaged.report, damaged.result.index
    used = len(set(index.column('label_file')))
    in_days = sum(damaged.files.values()) - sum(damaged.files[reason] for reason in (
        'symlink', 'outside_root', 'bad_file_name', 'broken_zip', 'misplaced'))
    without_a_view = 1  # type 57: all five views rejected one by one
    assert report['labels_2d'] == used + in_days + without_a_view
    assert report['labels_3d'] == 1 and report['other_files'] == 1
    assert report['clips'] == len(damaged.good)
    assert report['clip_views'] == len(index) == sum(map(len, damaged.good.values()))
    assert sum(row['clips'] for row in report['exercises']) == report['clips']
    assert sum(row['clips'] for row in report['splits'].values()) == report['clips']
    folders = [path for path in damaged.tree.root.glob('*/img/*/*/*/*')
               if path.is_dir() and not path.is_symlink()]
    assert report['image_folders'] == len(folders)
    assert report['unused_image_folders'] == len(folders) - len(index)


def test_days_without_labels_are_named(damaged):
    assert damaged.report['days_without_labels'] == [
        f'training/{D37} (2 image folders, 1 3D labels)']
    assert D37 in damaged.result.text


def test_nothing_outside_was_indexed(damaged):
    index, root = damaged.result.index, damaged.tree.root.resolve()
    for row in range(len(index)):
        for number in index.frame_numbers(row):
            path = index.image_path(row, number)
            assert path.resolve().is_relative_to(root) and path.is_file()


def test_keypoints_outside_the_image_are_kept_but_invisible(damaged):
    index = damaged.result.index
    row = [index.clip_view_id(i) for i in range(len(index))].index(
        f'training/{DAY}/3/008-1-1-01-Z3_A')
    hidden = [(t, KEYPOINTS[k]) for t, k in np.argwhere(~index.visible(row))]
    assert hidden == [(3, 'Neck'), (3, 'Left Foot'), (3, 'Right Foot')]
    assert index.keypoints(row)[3, KEYPOINTS.index('Left Foot')].tolist() == [5, HEIGHT]


def test_conditions_nobody_may_learn_are_marked(damaged):
    index = damaged.result.index
    assert set(index.type[~index.gt_conditions_usable]) == {9, 62}


def test_frames_whose_image_is_missing_are_left_out(damaged):
    index = damaged.result.index
    rows = np.flatnonzero((index.type == 10) & (index.view == 'D'))
    assert index.frame_numbers(rows[0]).tolist() == list(range(1, 20, 2))


def test_examples_are_sentences_about_files_in_the_root(damaged):
    for reason, sentences in damaged.report['examples'].items():
        assert 0 < len(sentences) <= 20 and reason in REASONS
        for sentence in sentences:
            assert sentence.startswith(('training/', 'validation/')) and len(sentence) < 400
    del damaged.report['examples']['unsafe_path']  # quotes the absolute path a label tried
    assert str(damaged.tree.root) not in json.dumps(damaged.report)


def test_text_shows_counts_and_korean_names(damaged):
    text = damaged.result.text
    assert (damaged.tree.root / 'report.txt').read_text() == text
    assert 'barbell curl (바벨 컬)' in text
    for reason, count in (damaged.files + damaged.views).items():
        assert f'  {reason}: {REASONS[reason]}' in text, (reason, count)
    assert '7_No_148' not in text and 'slot_number_suffix' in text
