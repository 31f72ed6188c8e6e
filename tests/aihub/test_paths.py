"""Names, the resolver's table of rewrites, and what may never be followed."""

import os
import shutil

import pytest
from label_tree import DAY, Tree, clip_name, make_label

from fitness_mm.aihub.disk.image_files import ImageFiles
from fitness_mm.aihub.disk.label_files import walk_labels
from fitness_mm.aihub.disk.layout import (
    LayoutError,
    is_inside,
    parse_day,
    parse_image_key,
    parse_label_name,
)
from fitness_mm.aihub.disk.resolve import REWRITES, ImageResolver
from fitness_mm.aihub.disk.search import find_sources

GOOD_KEY = make_label()['frames'][0]['view1']['img_key']


@pytest.mark.parametrize('name, expected', [
    ('D01-3-004.json', (1, '3', 4, False, False)),
    ('D12-3_No_148-816.json', (12, '3_No_148', 816, False, False)),
    ('D01-3-004-3d.json', (1, '3', 4, True, False)),
    ('D01-3-004 (1).json', (1, '3', 4, False, True)),
    ('D01-3-004(2).json', (1, '3', 4, False, True)),
    ('D01-3-004-3d (1).json', (1, '3', 4, True, True)),
    ('D01-3-004 - Copy.json', (1, '3', 4, False, True)),
    ('D1-3-004.json', None), ('D01-3-4.json', None), ('D01-004.json', None),
    ('._D01-3-004.json', None), ('D01-3-004.json.zip', None), ('D01-3-٠٠٤.json', None),
])
def test_label_names(name, expected):
    parsed = parse_label_name(name)
    assert (parsed and (parsed.day_number, parsed.slot, parsed.type_number, parsed.is_3d,
                        parsed.is_copy)) == expected


@pytest.mark.parametrize('folder, expected', [
    ('Day01_200921_F', ('Day01_200921_F', 1)), ('Day37_201105_F (1)', ('Day37_201105_F', 37)),
    ('Day05', ('Day05', 5)), ('day01_200921_F', None), ('Day1', None), ('__MACOSX', None),
    ('Day01_200921_F/..', None),
])
def test_day_names(folder, expected):
    assert parse_day(folder) == expected


def test_image_key_parts():
    key = parse_image_key(GOOD_KEY)
    assert (key.day, key.slot, key.view, key.number) == (DAY, '3', 'A', 1)
    assert (key.clip, key.type_number, key.performer) == ('004-1-1-01-Z3', 4, 3)
    assert key.folder == key.prefix == '004-1-1-01-Z3_A'


def test_spellings_of_one_clip_have_one_name():
    spelt = GOOD_KEY.replace('-Z3_A/', '_Z3_A-/')
    assert parse_image_key(spelt).clip == parse_image_key(GOOD_KEY).clip


UNSAFE_KEYS = [
    '/etc/passwd', f'/{GOOD_KEY}', f'../{GOOD_KEY}', f'{DAY}/../{DAY}/3/A/x.jpg',
    f'{DAY}/3/A/../../../../../secret-0000001.jpg', f'./{GOOD_KEY}',
    GOOD_KEY.replace('/', '\\'), f'..\\..\\{GOOD_KEY}', f'C:/{GOOD_KEY}', f'//host/{GOOD_KEY}',
    f'~/{GOOD_KEY}', GOOD_KEY.replace('.jpg', '\0.jpg'), GOOD_KEY.replace('/3/', '/3\n/'),
    GOOD_KEY.replace('/3/', f'/{"3" * 300}/'), 'A' * 100_000, f'file://{GOOD_KEY}',
    f'{DAY}/3/A/{"가" * 100}/x-0000001.jpg',
]
MALFORMED_KEYS = [
    '', '/'.join(GOOD_KEY.split('/')[1:]), f'{GOOD_KEY}/x', GOOD_KEY.replace('/A/', '/F/'),
    GOOD_KEY.replace('/3/', '//'), GOOD_KEY.replace('.jpg', '.png'),
    GOOD_KEY.replace('0000001', '1'), GOOD_KEY.replace('0000001', '0000000'),
    GOOD_KEY.replace('0000001', '0099999'), GOOD_KEY.replace('Z3', 'Y3'),
    GOOD_KEY.replace(DAY, 'Sunday'), GOOD_KEY.replace('0000001', '٠٠٠٠٠٠١'),
]


@pytest.mark.parametrize('key, reason', [
    *((key, 'unsafe_path') for key in UNSAFE_KEYS),
    *((key, 'bad_img_key') for key in MALFORMED_KEYS),
    (GOOD_KEY.replace('/004-1-1-01-Z3_A-', '/004-1-1-01-Z4_A-'), 'type_conflict'),
])
def test_keys_refused(key, reason):
    with pytest.raises(LayoutError) as caught:
        parse_image_key(key)
    assert caught.value.reason == reason
    assert len(str(caught.value)) < 300


def key_of(day, view, type_number=4, slot='3'):
    clip = clip_name(type_number)
    return parse_image_key(f'{day}/{slot}/{view}/{clip}_{view}/{clip}_{view}-0000001.jpg')


def resolver_of(root):
    (root / 'training/label').mkdir(parents=True, exist_ok=True)
    return ImageResolver(ImageFiles(find_sources(root)), 'training')


D01, D02, D03, D12 = 'Day01_200921_F', 'Day02_200922_M', 'Day03_200923_F', 'Day12_201006_F'


@pytest.mark.parametrize('day, view, slot, folder, prefix, rewrites', [
    (DAY, 'C', '3', f'{DAY}/3/C/004-1-1-01-Z3_C', '004-1-1-01-Z3_C', ()),
    (D12, 'C', '3', f'{D12}/3/C/004-1-1-01_Z3_C', '004-1-1-01_Z3_C', ('performer_separator',)),
    (D12, 'C', '3', f'{D12}/3/C/004-1-1-01_Z3_C', '004-1-1-01-Z3_C', ('performer_separator',)),
    (D03, 'C', '3', f'{D03}/3/B/004-1-1-01-Z3_C', '004-1-1-01-Z3_C', ('day03_camera_c_is_b',)),
    (D03, 'C', '3', f'{D03}/3/B/004-1-1-01-Z3_B', '004-1-1-01-Z3_B',
     ('day03_camera_c_is_b', 'clip_named_after_camera_folder')),
    (D02, 'B', '3', f'{D02}/3/A/004-1-1-01-Z3_B', '004-1-1-01-Z3_B', ('day02_camera_b_is_a',)),
    (D01, 'D', '3', f'{D01}/3/D/004-1-1-01-Z3_A', '004-1-1-01-Z3_A', ('day01_clip_ends_in_a',)),
    (D01, 'D', '3', f'{D01}/3/D/004-1-1-01-Z3_A', '004-1-1-01-Z3_D', ('day01_clip_ends_in_a',)),
    (DAY, 'E', '3', f'{DAY}/3/E/004-1-1-01-Z3_E-', '004-1-1-01-Z3_E', ('trailing_dash',)),
    (DAY, 'E', '3', f'{DAY}/3/E/004-1-1-01-Z3_E-', '004-1-1-01-Z3_E-', ('trailing_dash',)),
    (DAY, 'A', '3', f'{DAY}/3_No_148/A/004-1-1-01-Z3_A', '004-1-1-01-Z3_A',
     ('slot_number_suffix',)),
    (DAY, 'A', '3_No_148', f'{DAY}/3/A/004-1-1-01-Z3_A', '004-1-1-01-Z3_A',
     ('slot_without_number',)),
    (DAY, 'A', '3_No_148', f'{DAY}/3_No_148/A/004-1-1-01-Z3_A', '004-1-1-01-Z3_A', ()),
    (DAY, 'A', '3', f'{DAY}/{DAY}/3/A/004-1-1-01-Z3_A', '004-1-1-01-Z3_A',
     ('doubled_day_folder',)),
    (D12, 'A', '3', f'{D12}/3_No_148/A/004-1-1-01_Z3_A-', '004-1-1-01_Z3_A',
     ('slot_number_suffix', 'performer_separator', 'trailing_dash')),
])
def test_known_rewrites(tmp_path, day, view, slot, folder, prefix, rewrites):
    path = tmp_path / 'training' / 'img' / folder
    path.mkdir(parents=True)
    for n in (1, 3, 2):
        (path / f'{prefix}-{n:07d}.jpg').touch()
    (path / 'Thumbs.db').touch()
    found = resolver_of(tmp_path).resolve(key_of(day, view, slot=slot))
    assert (found.path, found.prefix) == (f'training/img/{folder}', prefix)
    assert found.numbers == (1, 2, 3)
    assert found.rewrites == rewrites


@pytest.mark.parametrize('label, disk, rewrites', [
    ('004-1-1-01_Z3_C', '004-1-1-01_Z3_C', ()),  # 119 clips of Day12 say it in the label too
    ('004-1-1-01_Z3_C', '004-1-1-01-Z3_C', ('performer_separator', )),
    ('004-1-1-01-Z3_C-', '004-1-1-01-Z3_C-', ()),  # Day23, Day25 and Day29
    ('004-1-1-01-Z3_C-', '004-1-1-01-Z3_C', ('trailing_dash', )),
])
def test_odd_spellings_in_the_label(tmp_path, label, disk, rewrites):
    folder = tmp_path / f'training/img/{D12}/1/C/{disk}'
    folder.mkdir(parents=True)
    (folder / f'{disk}-0000033.jpg').touch()
    key = parse_image_key(f'{D12}/1/C/{label}/{label}-0000001.jpg')
    found = resolver_of(tmp_path).resolve(key)
    assert key.clip == '004-1-1-01-Z3'
    assert (found.prefix, found.numbers, found.rewrites) == (disk, (33, ), rewrites)


def test_every_rewrite_has_a_case():
    cases = test_known_rewrites.pytestmark[0].args[1]
    assert {name for case in cases for name in case[-1]} == {row.name for row in REWRITES}


@pytest.mark.parametrize('day, view, folder', [
    (DAY, 'C', f'{DAY}/3/B/004-1-1-01-Z3_C'),  # Day03's quirk on another day
    (DAY, 'B', f'{DAY}/3/B/004-1-1-01-Z3_A'),  # Day01's
    (DAY, 'C', f'{DAY}/3/C/004-1-1-01-Z4_C'),  # another performer
    (DAY, 'C', f'{DAY}/3/C/004-1-1-02-Z3_C'),
    (DAY, 'C', f'{DAY}/30/C/004-1-1-01-Z3_C'),
    (DAY, 'C', f'{DAY}/3_No_x/C/004-1-1-01-Z3_C'),
])
def test_nothing_is_matched_by_likeness(tmp_path, day, view, folder):
    path = tmp_path / 'training' / 'img' / folder
    path.mkdir(parents=True)
    (path / f'{path.name}-0000001.jpg').touch()
    with pytest.raises(LayoutError) as caught:
        resolver_of(tmp_path).resolve(key_of(day, view))
    assert caught.value.reason == 'missing_images'


@pytest.mark.parametrize('level', ['img', 'img/day', 'img/day/3', 'img/day/3/A', 'clip', 'image'])
def test_links_that_leave_the_root_are_refused(tmp_path, level):
    tree = Tree(tmp_path / 'root')
    tree.add_images(4)
    folder = tree.image_dir(4, 'A')
    linked = {'clip': folder, 'image': folder / f'{folder.name}-0000001.jpg'}.get(
        level, tree.root / 'training' / level.replace('day', DAY))
    if level == 'image':
        for image in list(folder.iterdir()):
            shutil.move(image, tmp_path / image.name)
            image.symlink_to(tmp_path / image.name)
    else:
        shutil.move(linked, tmp_path / 'elsewhere')
        linked.symlink_to(tmp_path / 'elsewhere')
    with pytest.raises(LayoutError) as caught:
        resolver_of(tree.root).resolve(key_of(DAY, 'A'))
    assert caught.value.reason == 'outside_root'


def test_links_inside_the_root_are_followed_to_images(tmp_path):
    tree = Tree(tmp_path)
    tree.add_images(4)
    folder = tree.image_dir(4, 'A')
    shutil.move(folder, tmp_path / 'moved')
    folder.symlink_to(tmp_path / 'moved')
    assert len(resolver_of(tmp_path).resolve(key_of(DAY, 'A')).numbers) == 32


def test_link_loops_and_odd_files_among_images(tmp_path):
    tree = Tree(tmp_path)
    tree.add_images(4, views='A')
    folder = tree.image_dir(4, 'A')
    for loop in (folder.parent / 'loop', folder.parent / '004-1-1-01-Z3_A-',
                 folder / f'{folder.name}-0000040.jpg'):
        loop.symlink_to(loop)
    (folder.parent / 'up').symlink_to(tmp_path / 'training')
    os.mkfifo(folder / f'{folder.name}-0000041.jpg')
    resolver = resolver_of(tmp_path)
    assert resolver.resolve(key_of(DAY, 'A')).numbers == tuple(range(1, 33))
    assert f'training/img/{DAY}/3/A/{folder.name}' in list(resolver.clip_folders(DAY))


@pytest.mark.parametrize('path, inside', [
    ('', True), ('a', True), ('a/../b', True), ('../x', False), ('..', False), ('../rootx', False),
])
def test_is_inside(tmp_path, path, inside):
    root = tmp_path / 'root'
    (root / 'a').mkdir(parents=True)
    assert is_inside(root.resolve(), root / path) is inside


def test_root_without_splits_says_what_was_expected(tmp_path):
    with pytest.raises(LayoutError, match=r'has no labels in it; expected the folder that AI Hub'):
        find_sources(tmp_path)
    with pytest.raises(LayoutError, match='is not a folder'):
        find_sources(tmp_path / 'nowhere')


def test_walk_sorts_plain_names_before_copies_and_follows_no_link(tmp_path):
    tree = Tree(tmp_path / 'root')
    labels = tree.root / 'training' / 'label'
    for relative in (f'{DAY}/D05-3-004.json', f'{DAY}/D05-3-004 (1).json',
                     f'{DAY} (1)/D05-3-003.json', f'{DAY}/{DAY}/D05-3-002.json',
                     f'{DAY}/D05-3-001-3d.json', f'{DAY}/notes.txt', f'{DAY}/wrong.json',
                     'D05-3-001.json', 'archive.zip', f'__MACOSX/{DAY}/._D05-3-004.json',
                     'Sunday/D05-3-001.json', '/'.join('abcdefghijk') + '/D05-3-001.json'):
        tree.put(labels / relative, b'{}')
    outside = tree.put(tmp_path / 'outside' / 'D05-3-009.json', b'{}')
    (labels / DAY / 'loop').symlink_to(labels)
    (labels / DAY / 'self').symlink_to(labels / DAY / 'self')
    (labels / 'Day06_200926_F').symlink_to(outside.parent)
    (labels / DAY / 'D05-3-009.json').symlink_to(outside)
    os.mkfifo(labels / DAY / 'D05-3-010.json')
    with open(os.fsencode(labels / DAY) + b'/D05-3-\xff.json', 'wb'):
        pass
    walk = walk_labels(find_sources(tree.root, labels_only=True))['training']
    assert walk.labels == {DAY: [f'training/label/{DAY}/D05-3-004.json',
                                 f'training/label/{DAY} (1)/D05-3-003.json',
                                 f'training/label/{DAY}/D05-3-004 (1).json',
                                 f'training/label/{DAY}/{DAY}/D05-3-002.json']}
    assert walk.labels_3d == {DAY: [f'training/label/{DAY}/D05-3-001-3d.json']}
    assert walk.num_other == 2
    problems = sorted((problem.reason, path.removeprefix('training/label/'))
                      for path, problem in walk.problems)
    assert problems == [
        ('bad_file_name', f'{DAY}/D05-3-\udcff.json'), ('bad_file_name', f'{DAY}/wrong.json'),
        ('broken_zip', 'archive.zip'),
        ('misplaced', 'D05-3-001.json'), ('misplaced', 'Sunday/D05-3-001.json'),
        ('outside_root', f'{DAY}/D05-3-009.json'), ('outside_root', 'Day06_200926_F'),
        ('symlink', f'{DAY}/loop'), ('symlink', f'{DAY}/self'),
        ('too_deep', 'a/b/c/d/e/f/g/h/i'), ('unreadable', f'{DAY}/D05-3-010.json')]
