"""No damaged checkpoint is loaded, whichever way of the project or of a host asks for it."""

import zipfile

import pytest
import torch
from mmengine.model import BaseModule
from mmengine.runner import load_checkpoint
from mmengine.runner.checkpoint import _load_checkpoint_with_prefix
from torch import nn

from fitness_mm.engine.checkpoints import check_checkpoint
from fitness_mm.engine.load import load_weights
from fitness_mm.errors import FitnessError


class Network(BaseModule):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layer = nn.Linear(64, 8)


def pretrained(file):
    Network(init_cfg=dict(type='Pretrained', checkpoint=str(file))).init_weights()


WAYS = {
    'load_weights': lambda file: load_weights(Network(), file, 'the network'),
    'mmengine': lambda file: load_checkpoint(Network(), str(file)),
    'init_cfg': pretrained,
    'prefix': lambda file: _load_checkpoint_with_prefix('layer', str(file)),
}


@pytest.fixture
def file(tmp_path):
    file = tmp_path / 'epoch_1.pth'
    torch.save(dict(state_dict=Network().state_dict()), file)
    return file


def rebuilt(file, change, compression=zipfile.ZIP_STORED):
    """The same archive with other records and checksums that are right."""
    with zipfile.ZipFile(file) as archive:
        records = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(file, 'w', compression) as archive:
        for name, record in records.items():
            archive.writestr(name, record)


@pytest.mark.parametrize('way', WAYS)
def test_a_flipped_bit_is_found_by_its_checksum(file, way):
    WAYS[way](file)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)
    with pytest.raises(FitnessError, match=r'epoch_1\.pth is damaged .*the checksum of .* is wr'):
        WAYS[way](file)


@pytest.mark.parametrize('spoil, message', [
    (lambda file: file.write_bytes(b''), 'damaged or no checkpoint of torch'),
    (lambda file: file.write_text('epoch 1'), 'damaged or no checkpoint of torch'),
    (lambda file: file.write_bytes(file.read_bytes()[:-99]), 'damaged or no checkpoint of torch'),
    (lambda file: file.unlink(), 'there is no checkpoint'),
    (lambda file: rebuilt(file, lambda name, record: bytes(9999), zipfile.ZIP_DEFLATED),
     'are packed'),
    (lambda file: zipfile.ZipFile(file, 'w').close(), 'it has no data.pkl'),
])
def test_what_is_no_whole_checkpoint_is_found_without_loading_it(file, spoil, message):
    assert check_checkpoint(file) == str(file)
    assert check_checkpoint('https://example.org/a.pth') == 'https://example.org/a.pth'
    spoil(file)
    with pytest.raises(FitnessError, match=message):
        check_checkpoint(file)


@pytest.mark.parametrize('content, message', [
    (None, 'holds no weights by name'),
    ([1, 2], 'holds no weights by name'),
    (dict(state_dict=None), 'holds no weights by name'),
    (dict(state_dict={0: torch.zeros(1)}), 'holds no weights by name'),
    (dict(state_dict={'a': torch.tensor([1, torch.nan])}), 'a broken network: a has'),
    (dict(state_dict={'a': torch.tensor([torch.inf], dtype=torch.bfloat16)}), 'a broken network'),
    (dict(state_dict={'a': torch.zeros(1).expand(1 << 20, 1 << 20)}), 'claims more numbers'),
    (dict(state_dict={'a': torch.zeros(9, 9).to_sparse()}), 'claims more numbers'),
    (dict(state_dict={'a': torch.zeros(9, device='meta')}), 'claims more numbers'),
    (dict(state_dict={}, more=print), 'objects that could run code.*Unsupported global'),
    (dict(state_dict={'layer.weight': 'text', 'layer.bias': 'text'}), 'does not fit the model'),
    (dict(state_dict={'a': torch.zeros(9)}), 'does not fit the model of the network'),
])
def test_a_whole_checkpoint_of_something_else_is_said(file, content, message):
    torch.save(content, file)
    with pytest.raises(FitnessError, match=rf'epoch_1\.pth .*{message}') as caught:
        load_weights(Network(), file, 'the network')
    assert str(caught.value).isprintable()


def test_storages_are_as_large_as_they_say(file):
    rebuilt(file, lambda name, record: record[:4] if '/data/' in name else record)
    with pytest.raises(FitnessError, match='was not loaded'):
        load_weights(Network(), file, 'the network')


def test_files_from_before_checksums_are_read(file):
    network = Network()
    torch.save(dict(state_dict=network.state_dict()), file, _use_new_zipfile_serialization=False)
    loaded = Network()
    load_weights(loaded, file, 'the network')
    assert torch.equal(loaded.layer.weight, network.layer.weight)
    file.write_bytes(file.read_bytes()[:-99])
    with pytest.raises(FitnessError, match='was not loaded, because it is damaged'):
        load_weights(loaded, file, 'the network')
