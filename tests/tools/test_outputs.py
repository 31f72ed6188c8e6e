"""Where nothing can be written is told before the work."""

import errno
import os

import pytest

from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output

POSE = 'configs/demo/demo_pose_r18.py'
TOOLS = {
    'data/export_coco.py': ('--out', ),
    'data/list_conditions.py': ('--out', ),
    'data/keypoint_sigmas.py': ('nothing.npz', '--out'),
    'data/audit.py': ('--flag', ),
    'data/make_video.py': ('--exercise', 'barbell squat', '--'),
    'analysis/browse_dataset.py': (POSE, '--out'),
    'analysis/anomalies.py': ('nothing.npz', '--out'),
    'analysis/posture.py': ('nothing.npz', '--out'),
    'analysis/results.py': ('nothing', '--out'),
    'analysis/tsne.py': (POSE, 'nothing.pth', '--out'),
    'train.py': (POSE, '--work-dir'),
    'infer.py': ('nothing.mp4', '--out'),
}


@pytest.mark.parametrize('tool', TOOLS)
def test_a_file_where_a_folder_should_be(tool, refuse, tmp_path):
    (tmp_path / 'file').write_text('kept')
    result = refuse(tool, *TOOLS[tool], tmp_path / 'file' / 'x.mp4',
                    env={'FITNESS_DATA_ROOT': tmp_path / 'root'})  # is not there: that comes next
    assert result.returncode == 1
    assert f'cannot be written ({tmp_path / "file"}: Not a directory); name' in result.stdout
    assert (tmp_path / 'file').read_text() == 'kept'


def test_places_to_write_to(tmp_path, monkeypatch):
    root = tmp_path / 'root'
    root.mkdir()
    (tmp_path / 'link').symlink_to(root)
    for path in (tmp_path / 'new' / 'newer' / 'x.json', tmp_path / 'x.json', 'x.json'):
        check_output(path, data_root=root)
        check_output(path, folder=True, data_root=root)
    check_output(tmp_path, folder=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['link', 'root']
    with pytest.raises(FitnessError, match='is a folder; give the name of a file'):
        check_output(tmp_path)
    for path in (root / 'index.parquet', root / 'training/label/x.json', tmp_path / 'link' / 'x'):
        with pytest.raises(FitnessError, match=r'is in the data root .*; choose another'):
            check_output(path, data_root=root)
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr('tempfile.TemporaryFile', full)
    with pytest.raises(FitnessError, match='No space left'):
        check_output(tmp_path / 'a' / 'b')
