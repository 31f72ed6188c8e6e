"""Each mend works where something is broken and keeps its hands off where nothing is."""

import importlib.util
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmcv.utils import ext_loader
from mmengine.logging.history_buffer import HistoryBuffer
from mmengine.optim import OneCycleLR
from mmengine.runner import checkpoint

from fitness_mm import compat

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
    (f"import mmengine, {', '.join(LIGHT)}", 'pose', 'action'), ('import torch', 'action', 'pose')])
def test_custom_imports_register_whatever_was_imported_before(before, first, second):
    run_python(f'{before}\n{REGISTERED}\ncheck_{first}(); check_root(); check_{second}()')


@pytest.mark.skipif(not LITE, reason='full mmcv is installed')
def test_a_missing_operator_says_what_to_install_when_called():
    ops = ext_loader.load_ext('_ext', ['nms', 'softnms'])
    with pytest.raises(RuntimeError, match=r"operator 'softnms' needs full mmcv.*pip"):
        ops.softnms(1, threshold=2)
    with pytest.raises(ModuleNotFoundError):
        ext_loader.load_ext('no_such_extension', ['nms'])


def test_full_mmcv_is_left_alone(monkeypatch):
    untouched = object()
    monkeypatch.setattr(ext_loader, 'load_ext', untouched)
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: SimpleNamespace(name=name))
    compat._mend_mmcv_ops()
    assert ext_loader.load_ext is untouched


def test_an_mmaction_that_has_drn_is_left_alone(monkeypatch, tmp_path):
    (tmp_path / 'models' / 'localizers' / 'drn').mkdir(parents=True)
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec)
    monkeypatch.delitem(sys.modules, compat._DRN, raising=False)
    compat._mend_mmaction_drn()
    assert compat._DRN not in sys.modules


def test_mmengine_log_buffers_load_with_weights_only(tmp_path):
    buffer = HistoryBuffer([1.0, 2.5], [1, 1])
    content = dict(message_hub=dict(log_scalars={'train/loss': buffer}, lr=np.float64(0.5)),
                   step=np.int64(3), history=np.arange(4, dtype=np.float32))
    torch.save(content, tmp_path / 'good.pth')
    loaded = torch.load(tmp_path / 'good.pth', weights_only=True)
    assert loaded['message_hub']['log_scalars']['train/loss'].mean() == 1.75
    assert loaded['step'] == 3 and loaded['history'].tolist() == [0, 1, 2, 3]


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
    compat._load_weights_only()
    assert torch.load is not load
    with pytest.raises(pickle.UnpicklingError):
        checkpoint.load_checkpoint(torch.nn.Linear(1, 1), str(harmful))
    torch.load(harmful.with_name('harmful.pth'), weights_only=False)  # who asks for it
    harmful.with_name('ran').unlink()


def test_a_torch_that_loads_weights_only_is_left_alone():
    load, fetch = torch.load, checkpoint.load_url
    compat._load_weights_only()
    assert torch.load is load and checkpoint.load_url is fetch


def test_fetched_checkpoints_are_weights_only(monkeypatch, tmp_path, harmful):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    monkeypatch.setattr(torch.hub, 'download_url_to_file',
                        lambda url, file, *args, **kwargs: shutil.copy(harmful, file))
    with pytest.raises(pickle.UnpicklingError):
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


@pytest.mark.parametrize('content, models', [
    ('', False), ('apply_chunking_to_forward = len', True)])
def test_a_transformers_too_new_for_mmaction_does_not_keep_it_from_importing(
        content, models, tmp_path):
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
            'from mmaction.utils.dependency import WITH_MULTIMODAL; print(WITH_MULTIMODAL)\n'
            + 'import mmaction.models' * (not models))
    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True)
    assert result.stdout.strip().endswith(str(models)), result.stderr[-2000:]
    assert result.returncode == 0, result.stderr[-2000:]
