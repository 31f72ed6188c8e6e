"""Each mend works where something is broken and keeps its hands off where nothing is."""

import importlib.util
import json
import pickle
import pkgutil
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmaction.datasets.transforms import PoseCompact, pose_transforms
from mmaction.datasets.transforms.processing import ColorJitter
from mmcv.utils import ext_loader
from mmengine.logging.history_buffer import HistoryBuffer
from mmengine.optim import OneCycleLR
from mmengine.runner import checkpoint
from mmengine.utils.dl_utils import misc
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from fitness_mm.compat import checkpoints, imports, running
from fitness_mm.errors import FitnessError

REFUSALS = (pickle.UnpicklingError, FitnessError)  # ours, where fitness_mm.engine is imported
LITE = importlib.util.find_spec('mmcv._ext') is None

IMPORTS = '''
import logging, sys
logging.basicConfig(level=logging.DEBUG, format='%(name)s %(levelname)s %(message)s')
from fitness_mm import compat
compat.apply()
compat.apply()
import torchvision
import mmpose.models, mmpose.datasets, mmpose.evaluation, mmpose.visualization, mmpose.apis
import mmaction.models, mmaction.datasets, mmaction.evaluation, mmaction.engine, mmaction.apis
import mmdet.models, mmpretrain.models
print('mmcv._ext' in sys.modules)
'''


def test_every_host_module_imports_and_each_mend_is_logged_once():
    result = subprocess.run([sys.executable, '-c', IMPORTS], text=True, capture_output=True,
                            timeout=240)
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.strip().endswith('False' if LITE else 'True')
    mended = [line for line in result.stderr.splitlines() if line.startswith('fitness_mm.compat')]
    assert all(line.startswith('fitness_mm.compat DEBUG') for line in mended)
    assert len(mended) == len(set(mended))


LIGHT = ('fitness_mm', 'fitness_mm.aihub', 'fitness_mm.anomaly', 'fitness_mm.keypoints',
         'fitness_mm.posture', 'fitness_mm.repetitions', 'fitness_mm.sample')


def run_python(code):
    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True,
                            timeout=240)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout.strip()


@pytest.mark.parametrize('before', ['', 'import mmengine'])
def test_data_parts_load_no_framework_even_beside_one(before):
    heavy = ['mmcv', 'mmaction', 'mmpose', 'fitness_mm.action', 'fitness_mm.pose']
    if not before:
        heavy += ['torch', 'mmengine']
    code = f"import sys\n{before}\nimport {', '.join(LIGHT)}\n"
    assert run_python(f'{code}print([m for m in {heavy} if m in sys.modules])') == '[]'


REGISTERED = """
from mmengine.utils import import_modules_from_strings
from mmengine.registry import HOOKS, OPTIM_WRAPPERS
def check_pose():
    import_modules_from_strings(['fitness_mm.pose'])
    from mmpose.registry import DATASETS, METRICS
    assert DATASETS.get('FitnessPoseDataset') and METRICS.get('FitnessMPJPE')
    assert HOOKS.get('AnomalyFilterHook')
def check_action():
    import_modules_from_strings(['fitness_mm.action'])
    from mmaction.registry import DATASETS, MODELS
    assert DATASETS.get('FitnessClipDataset') and MODELS.get('HeatmapFusionRecognizer')
def check_root():
    assert HOOKS.get('EpochSeedHook') and HOOKS.get('FiniteLossHook')
    assert OPTIM_WRAPPERS.get('CPUAmpOptimWrapper')
"""


@pytest.mark.parametrize('before, first, second', [
    ('', 'pose', 'action'), (f"import {', '.join(LIGHT)}", 'action', 'pose'),
    (f"import mmengine, {', '.join(LIGHT)}", 'pose', 'action'),
    ('import torch, fitness_mm.action.models.fusion', 'action', 'pose')])
def test_custom_imports_register_whatever_was_imported_before(before, first, second):
    run_python(f'{before}\n{REGISTERED}\ncheck_{first}(); check_root(); check_{second}()')


@pytest.mark.skipif(not LITE, reason='full mmcv is installed')
def test_a_missing_operator_says_what_to_install_when_called():
    ops = ext_loader.load_ext('_ext', ['nms', 'softnms'])
    with pytest.raises(RuntimeError, match=r"operator 'softnms' needs full mmcv.*pip"):
        ops.softnms(1, threshold=2)
    with pytest.raises(ModuleNotFoundError):
        ext_loader.load_ext('no_such_extension', ['nms'])


def test_full_mmcv_is_looked_for_without_find_loader(monkeypatch):
    """As from Python 3.14 on."""
    monkeypatch.delattr(pkgutil, 'find_loader', raising=False)
    for module in (ext_loader, misc):
        monkeypatch.setattr(module, 'pkgutil', pkgutil)
    imports.mend_find_loader()
    assert misc.mmcv_full_available() == ext_loader.check_ops_exist() == (not LITE)


def test_full_mmcv_is_left_alone(monkeypatch):
    untouched = object()
    monkeypatch.setattr(ext_loader, 'load_ext', untouched)
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: SimpleNamespace(name=name))
    imports.mend_mmcv_ops()
    assert ext_loader.load_ext is untouched


def test_an_mmaction_that_has_drn_is_left_alone(monkeypatch, tmp_path):
    (tmp_path / 'models' / 'localizers' / 'drn').mkdir(parents=True)
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec)
    monkeypatch.delitem(sys.modules, imports._DRN, raising=False)
    imports.mend_mmaction_drn()
    assert imports._DRN not in sys.modules


def people(*images):
    """COCO annotations, or results, of images that show a list of (keypoints, further entries)."""
    return [dict(image_id=image, category_id=1, keypoints=np.ravel(points).tolist(), **more)
            for image, people in enumerate(images) for points, more in people]


def precision_and_recall(path, labels, results, **kwargs):
    """Mean average precision and recall over the OKS thresholds 0.50, 0.55 ... 0.95."""
    path.write_text(json.dumps(dict(
        images=[dict(id=0), dict(id=1)], categories=[dict(id=1)],
        annotations=[dict(label, id=i) for i, label in enumerate(labels)])))
    coco = COCO(str(path))
    evaluation = COCOeval(coco, coco.loadRes(results), 'keypoints', np.full(2, 0.1), **kwargs)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats[[0, 5]]


def test_coco_evaluation_by_hand(tmp_path):
    """Of whatever answers to the name xtcocotools.

    Two people: one is found exactly, with the higher score, the other so that both keypoints have
    exp(-d^2 / (2 area (2 sigma)^2)) = 0.62. Their ids begin at 0; num_keypoints and iscrowd are
    missing. A third label shows nothing, a third result has no positive score: neither counts.
    """
    file, box = tmp_path / 'labels.json', dict(bbox=[0.0, 0.0, 100.0, 200.0])
    right, hidden = [[10, 20, 2], [90, 180, 2]], [[10, 20, 0], [90, 180, 0]]
    labels = people([(right, dict(area=6000.0, **box)), (hidden, dict(area=6000.0, **box))],
                    [(right, dict(area=6000.0, **box))])

    def moved(area):
        """By as much as gives 0.62 for a person of this area."""
        off = float(np.sqrt(-2 * area * 0.2**2 * np.log(0.62)))
        return people([(right, dict(score=0.9)), (hidden, dict(score=0.95))],
                      [([[10 + off, 20, 2], [90, 180 - off, 2]], dict(score=0.8))])

    # At the thresholds 0.50, 0.55 and 0.60 both are found. At the other seven one of two is: a
    # precision of 1 at the 51 of 101 recalls up to 0.5.
    expected = [(3 + 7 * 51 / 101) / 10, (3 + 7 * 0.5) / 10]
    np.testing.assert_allclose(precision_and_recall(file, labels, moved(6000)), expected)
    np.testing.assert_allclose(
        precision_and_recall(file, labels, moved(0.53 * 100 * 200), use_area=False), expected)
    np.testing.assert_allclose(  # 0.43 with the label's area
        precision_and_recall(file, labels, moved(0.53 * 100 * 200)), [51 / 101, 0.5])
    assert precision_and_recall(file, labels, []).tolist() == [0, 0]


@pytest.mark.parametrize('content, used', [
    ('', True), ('raise ValueError("numpy.dtype size changed")', False)])
def test_an_xtcocotools_that_loads_is_used(content, used, tmp_path):
    package = tmp_path / 'xtcocotools'
    package.mkdir()
    for name in ('__init__', 'coco', 'cocoeval', 'mask'):
        (package / f'{name}.py').write_text('')
    (package / '_mask.py').write_text(content)
    assert run_python(f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from fitness_mm import compat; compat.apply()
import xtcocotools.coco, xtcocotools.mask
print(xtcocotools.coco.__file__ == {str(package / 'coco.py')!r})""") == str(used)


def test_what_only_xtcocotools_evaluates_says_so():
    if COCOeval.__module__.startswith('xtcocotools'):
        pytest.skip('xtcocotools is installed')
    with pytest.raises(RuntimeError, match='keypoints_crowd needs xtcocotools'):
        COCOeval(iouType='keypoints_crowd')


@pytest.mark.parametrize('hue', [-0.5, -0.1, 0.1])
def test_color_jitter_turns_hues_both_ways(hue):
    running.mend_mmaction()
    colours = np.uint8([[[200, 30, 90], [17, 160, 240], [5, 6, 7], [255, 0, 0]]])
    before, after = (cv2.cvtColor(np.uint8(image), cv2.COLOR_RGB2HSV).astype(int) for image in (
        colours, ColorJitter.adjust_hue(colours.astype(np.float32), hue)))
    turned = (after[..., 0] - before[..., 0] - int(hue * 255) + 90) % 180 - 90
    assert abs(turned[:, [0, 1, 3]]).max() <= 1  # grey has no hue to speak of


def test_a_host_finds_what_numpy_2_calls_otherwise():
    running.mend_mmaction()
    shown = dict(keypoint=np.float32([[[[20, 10], [40, 50]]]]), img_shape=(100, 80))
    compact = PoseCompact(padding=0, threshold=1, allow_imgpad=True)(shown)
    assert compact['img_shape'] == (40, 20) and compact['keypoint'].max() == 40
    assert pose_transforms.np.zeros is np.zeros
    assert np.isnan(pose_transforms.np.NAN)
    assert hasattr(np, 'NAN') == (np.__version__ < '2')


def test_a_color_jitter_that_works_is_left_alone(monkeypatch):
    works = staticmethod(lambda image, factor: image)
    monkeypatch.setattr(ColorJitter, 'adjust_hue', works)
    running.mend_mmaction()
    assert ColorJitter.__dict__['adjust_hue'] is works


def test_mmengine_log_buffers_load_with_weights_only(tmp_path):
    buffer = HistoryBuffer([1.0, 2.5], [1, 1])
    content = dict(message_hub=dict(log_scalars={'train/loss': buffer}, lr=np.float64(0.5)),
                   step=np.int64(3), history=np.arange(4, dtype=np.float32))
    torch.save(content, tmp_path / 'good.pth')
    loaded = torch.load(tmp_path / 'good.pth', weights_only=True)
    assert loaded['message_hub']['log_scalars']['train/loss'].mean() == 1.75
    assert loaded['step'] == 3 and loaded['history'].tolist() == [0, 1, 2, 3]


def test_checkpoints_made_beside_another_numpy_load(tmp_path):
    content = dict(history=np.arange(4.0), best=np.float64(0.5))
    torch.save(content, tmp_path / 'here.pth')
    names = [b'numpy.core.multiarray', b'numpy._core.multiarray']
    with (zipfile.ZipFile(tmp_path / 'here.pth') as here,
          zipfile.ZipFile(tmp_path / 'there.pth', 'w') as there):
        for member in here.namelist():
            data = here.read(member)
            if member.endswith('data.pkl'):
                mine, other = names if names[0] in data else names[::-1]
                assert data.count(mine) == 2
                data = data.replace(mine, other)
            there.writestr(member, data)
    loaded = torch.load(tmp_path / 'there.pth', weights_only=True)
    assert loaded['history'].tolist() == [0, 1, 2, 3] and loaded['best'] == 0.5


def test_a_one_cycle_schedule_loads_with_weights_only(tmp_path):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = OneCycleLR(optimizer, eta_max=0.2, total_steps=5)
    torch.save(scheduler.state_dict(), tmp_path / 'good.pth')
    state = torch.load(tmp_path / 'good.pth', weights_only=True)
    assert state.keys() == scheduler.state_dict().keys()


@pytest.fixture
def harmful(tmp_path):
    """A checkpoint that would leave a file if it could."""
    class Harm:
        def __reduce__(self):
            return Path.touch, (tmp_path / 'ran', )

    torch.save(dict(state_dict={}, harm=Harm()), tmp_path / 'harmful.pth')
    yield tmp_path / 'harmful.pth'
    assert not (tmp_path / 'ran').exists()


def test_a_torch_that_loads_anything_by_default_loads_weights_only(monkeypatch, harmful):
    """As torch before 2.6 does."""
    modern = torch.load

    def load(file, map_location=None, *, weights_only=False):
        return modern(file, map_location, weights_only=weights_only)

    monkeypatch.setattr(torch, 'load', load)
    monkeypatch.setattr(torch, '__version__', '2.5.1+cpu')
    checkpoints.load_weights_only()
    assert torch.load is not load
    with pytest.raises(REFUSALS):
        checkpoint.load_checkpoint(torch.nn.Linear(1, 1), str(harmful))
    torch.load(harmful.with_name('harmful.pth'), weights_only=False)  # who asks for it
    harmful.with_name('ran').unlink()


def test_a_torch_that_loads_weights_only_is_left_alone():
    load, fetch = torch.load, checkpoint.load_url
    checkpoints.load_weights_only()
    assert torch.load is load and checkpoint.load_url is fetch


def test_fetched_checkpoints_are_weights_only(monkeypatch, tmp_path, harmful):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    monkeypatch.setattr(torch.hub, 'download_url_to_file',
                        lambda url, file, *args, **kwargs: shutil.copy(harmful, file))
    with pytest.raises(REFUSALS):
        checkpoint.load_checkpoint(torch.nn.Linear(1, 1), 'https://example.org/harmful.pth')
    assert list((tmp_path / 'home').rglob('harmful.pth'))  # it was fetched


class Reach:
    """Pickles to getattr(HistoryBuffer, name), as a log buffer's statistics do."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return getattr, (HistoryBuffer, self.name)


@pytest.mark.parametrize('value, named', [
    (SimpleNamespace(a=1), 'SimpleNamespace'), (Reach('__init__'), '__init__'),
    (Reach('register_statistics'), 'register_statistics')])
def test_everything_else_stays_refused(value, named, tmp_path):
    torch.save(dict(value=value), tmp_path / 'bad.pth')
    with pytest.raises(pickle.UnpicklingError, match=named):
        torch.load(tmp_path / 'bad.pth', weights_only=True)


@pytest.mark.parametrize('host, content, models', [
    ('mmaction', '', False), ('mmaction', 'apply_chunking_to_forward = len', True),
    ('mmpretrain', 'apply_chunking_to_forward = len', False)])
def test_a_transformers_too_new_for_a_host_does_not_keep_it_from_importing(
        host, content, models, tmp_path):
    package = tmp_path / 'transformers'
    package.mkdir()
    (package / '__init__.py').write_text('')
    (package / 'modeling_utils.py').write_text(content)
    metadata = tmp_path / 'transformers-5.17.0.dist-info'
    metadata.mkdir()
    (metadata / 'METADATA').write_text(
        'Metadata-Version: 2.1\nName: transformers\nVersion: 5.17.0\n')
    code = (f'import sys; sys.path.insert(0, {str(tmp_path)!r})\n'
            'from fitness_mm import compat; compat.apply()\n'
            f'from {host}.utils.dependency import WITH_MULTIMODAL; print(WITH_MULTIMODAL)\n'
            + f'import {host}.models' * (not models))
    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True)
    assert result.stdout.strip().endswith(str(models)), result.stderr[-2000:]
    assert result.returncode == 0, result.stderr[-2000:]
