"""Trainings and tests in processes of their own, as a user starts them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from fitness_mm.errors import FitnessError

_STEP_LOG = 'kfold.log'
_LAUNCHED = 'FITNESS_LAUNCHED'


@dataclass(frozen=True)
class ToolLauncher:
    """How one training or test of a K-fold is started.

    Attributes:
        tools: Folder with ``train.py``, ``test.py`` and the ``dist_*.sh`` next to them.
        gpus: Processes per training; with one, no distributed launch is needed.
        devices: Accelerators that share the folds, one fold at a time each, as
            ``CUDA_VISIBLE_DEVICES`` names them. Empty: one fold after the other on what there is.
    """

    tools: Path
    gpus: int = 1
    devices: tuple[str, ...] = ()

    def run(self, tool: str, config: Path, *arguments: str | Path, folder: Path,
            device: str | None = None) -> None:
        """Runs a tool; side by side with others it writes to a file, alone to the terminal.

        Args:
            tool: ``train`` or ``test``.
            config: Its config.
            *arguments: What follows on its command line.
            folder: Its work directory.
            device: The accelerator that it has for itself; all there are if None.

        Raises:
            FitnessError: If it fails.
        """
        command = self._command(tool, config, *arguments)
        environment, log = os.environ | {_LAUNCHED: '1'}, None
        if device is not None:
            environment['CUDA_VISIBLE_DEVICES'] = device
            folder.mkdir(parents=True, exist_ok=True)
            log = folder / _STEP_LOG
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(log.open('ab')) if log else None
            # nobody writes to this input: that it ends is how the tool sees that we have ended
            process = stack.enter_context(subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=file,
                stderr=subprocess.STDOUT if file else None))
            status = process.wait()
        if status:
            where = f'its output is in {log}' if log else 'see above'
            raise FitnessError(f'{Path(command[1]).name} of {folder} ended with exit status '
                               f'{status} ({where}); what is finished is kept, run the same again '
                               'to go on')

    def _command(self, tool: str, config: Path, *arguments: str | Path) -> list[str]:
        if self.gpus == 1:
            start = [sys.executable, str(self.tools / f'{tool}.py'), str(config)]
            return start + [str(a) for a in arguments]
        # dist_test.sh CONFIG CHECKPOINT GPUS, dist_train.sh CONFIG GPUS, then what train.py takes
        positional = [str(a) for a in arguments[:1]] if tool == 'test' else []
        rest = [str(a) for a in arguments[len(positional):]]
        return ['bash', str(self.tools / f'dist_{tool}.sh'), str(config), *positional,
                str(self.gpus), *rest]


def end_with_launcher() -> None:
    """In a tool that a :class:`ToolLauncher` has started: ends the process when that one ends,
    however it does. What is finished is kept, as after every other end.
    """
    if os.environ.pop(_LAUNCHED, None):
        threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)
