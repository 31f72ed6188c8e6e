"""A video in, feedback out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from fitness_mm.files import check_output
from fitness_mm.posture.calibration import CalibrationError, PostureCalibration
from fitness_mm.progress import shown_progress

from .errors import InferenceError
from .live import watch
from .networks.files import EVERYDAY, calibration_beside, model_files
from .networks.recogniser import PostureRecogniser
from .options import Options
from .pipeline import Models, Progress, analyse
from .report.language import Writing
from .report.outputs import Outputs, write_outputs, written_in
from .report.sentences import DEMO_ESTIMATOR, DEMO_POSTURE, Sentence
from .report.viewer import Viewer
from .result import Inference
from .stages.pose_choice import pose_source
from .stages.track_source import TrackSource
from .stopwatch import Stopwatch
from .tracks.people import TrackFile
from .video.frames import FrameSource
from .video.live import Live, live
from .video.plain import TrackVideo
from .video.sources import Input, each_video, folder_names, open_source

_NO_CALIBRATION = Sentence(
    '자세 모델의 보정 파일(calibration.json)이 없어서 어떤 조건을 믿을 수 있는지 알 수 없어요.',
    'There is no calibration.json of the posture model, so nothing says which conditions it can '
    'judge.')
_OPTIONS = {field.name for field in fields(Options)}


class FitnessInferencer:
    """Recognises the exercise in a video, judges its posture and says what to change.

    It is called as the hosts' inferencers are, and returns what they return, but it is none:
    several networks look at a video one after the other, so there is no batch of inputs that one
    model could forward.

    Args:
        pose: ``blazepose``; ``demo`` for the estimator that ``make demo`` trains; the config of a
            pose estimator on the data set's 24 keypoints; or a file of tracks of the one video
            that it is called with, or of none. If None, BlazePose where it is installed, else the
            demo's.
        pose_weights: The checkpoint of a config.
        posture: ``everyday``, the network that comes with the package; ``demo`` for the one that
            ``make demo`` trains; a folder that training or ``tools/publish.py`` left; or the config
            of a recogniser with a posture head. One without works too; then no condition is judged.
        posture_weights: The checkpoint of a config.
        calibration: The recogniser's ``calibration.json``; the one beside its checkpoint if None.
            Without any, no condition is judged.
        det_model: Config of a detector of MMDetection, for a pose estimator of MMPose; without
            one the person is searched for with the pose estimator.
        det_weights: Its checkpoint.
        device: Such as ``cpu`` or ``cuda:0``; the best there is if None.
        half: Whether to compute in half precision: float16 on a GPU, bfloat16 on a CPU.
        show_progress: Whether to show what is going on, with the time left.

    Raises:
        InferenceError: If a file is missing, damaged, or does not fit the others.
    """

    def __init__(self,
                 pose: str | Path | None = None,
                 pose_weights: str | Path | None = None,
                 posture: str | Path = EVERYDAY,
                 posture_weights: str | Path | None = None,
                 calibration: str | Path | None = None,
                 det_model: str | Path | None = None,
                 det_weights: str | Path | None = None,
                 device: str | None = None,
                 half: bool = False,
                 show_progress: bool = True) -> None:
        posture, posture_weights = model_files('posture', posture, posture_weights)
        source, self.of_the_demo = pose_source(
            pose, pose_weights, (det_model, det_weights), device, half)
        self.tracks = source if isinstance(source, Path) else None
        recogniser = PostureRecogniser(posture, posture_weights, device, half)
        calibration = calibration or calibration_beside(posture_weights)
        self.models = Models(source, recogniser, _calibration(calibration, recogniser))
        self.calibrated = calibration is not None
        self.judged_by_the_demo = Path(posture).stem.startswith('demo_')
        self.show_progress = show_progress

    def __call__(self,
                 inputs: Input | int | Sequence[str | Path] | None = None,
                 return_datasamples: bool = False,
                 batch_size: int = Options.batch_size,
                 return_vis: bool = False,
                 show: bool = False,
                 out_dir: str | Path | None = None,
                 language: str = 'both',
                 font: str | Path | None = None,
                 **options) -> dict:
        """Looks at one or more videos.

        Args:
            inputs: A video file; a file of tracks; a folder of frames; an array (T, H, W, 3) or a
                list of frames, uint8; the number of a camera or the address of a stream
                (``rtsp://``), which is judged live; or a list of these, of which files are opened
                before anything is made of one. If None, the file of tracks that is the source of
                keypoints, without its video.
            return_datasamples: Whether to return :class:`~fitness_mm.apis.result.Inference`
                instead of dicts.
            batch_size: Crops that the pose estimator gets at a time; of windows, an eighth.
            return_vis: Whether to return the drawn frames; all of them are then in memory.
            show: Whether to show the drawn frames in a window.
            out_dir: Where video, JSON and report go; of several videos each gets a folder of its
                own there, called after it. Nothing is written if None.
            language: ``ko``, ``en``, or ``both``; pictures are English where no font has Korean
                letters.
            font: File of a font with Korean letters for pictures; an installed one if None.
            **options: The other fields of :class:`~fitness_mm.apis.options.Options`.

        Returns:
            ``predictions``, a dict per video as ``docs/inference.md`` describes it, and
            ``visualization``, per video uint8 RGB (T, H', W', 3), or None.

        Raises:
            InferenceError: If an input or an argument cannot be used.
        """
        unknown = set(options) - _OPTIONS
        if unknown:
            raise InferenceError(f'there is no argument {sorted(unknown)[0]!r}')
        options = Options(batch_size=batch_size, **options)
        writing = Writing.of(language, font)
        self.models.posture.batch_size = max(1, options.batch_size // 8)
        if inputs is None and self.tracks is None:
            raise InferenceError('there is nothing to look at: name a video, or a file of tracks')
        inputs, folders = _inputs(self.tracks if inputs is None else inputs, out_dir)
        if len(inputs) > 1:
            for given in inputs:  # the last may be one that nothing can be made of
                if live(given) is None:
                    _open(given, options)
        results, drawn = [], []
        for given, folder in zip(inputs, folders, strict=True):
            with shown_progress() if self.show_progress else nullcontext(_nothing) as progress:
                clock = Stopwatch()
                stream = live(given)
                if stream is not None:
                    result, source = self._watched(stream, folder, options, writing, progress,
                                                   clock)
                else:
                    with clock.stage('open'):
                        source = _opened(given, folder, options)
                    result = analyse(source, self._models(source, options), options, progress,
                                     clock)
                if not self.calibrated and result.person is not None:
                    result.notes.append(_NO_CALIBRATION)
                if self.of_the_demo:
                    result.notes.append(DEMO_ESTIMATOR)
                elif self.judged_by_the_demo and result.person is not None:
                    result.notes.append(DEMO_POSTURE)
                drawn.append(write_outputs(
                    result, source, Outputs(folder, return_vis, show, writing), progress, clock))
            results.append(result)
        return dict(
            predictions=results if return_datasamples else [r.as_dict() for r in results],
            visualization=drawn if return_vis else None)

    def _models(self, source: FrameSource, options: Options) -> Models:
        """The networks, and a video's file of tracks in the place of a pose estimator."""
        if isinstance(source, TrackVideo):
            if self.models.posture.facts.loads_frames:
                raise InferenceError('the posture model looks at pictures, and a file of tracks '
                                     'has none; name its video with it, or a model of keypoints')
            return replace(self.models, pose=TrackSource(source.people))
        if self.tracks is not None:
            tracks = TrackFile.read(self.tracks, options.skeleton)
            return replace(self.models, pose=TrackSource(
                tracks.people(options.fps or source.fps / (options.speed or 1), source.size,
                              options.speed)))
        self.models.pose.batch_size = options.batch_size
        return self.models

    def _watched(self, stream: Live, folder: Path | None, options: Options, writing: Writing,
                 progress: Progress, clock: Stopwatch) -> tuple[Inference, FrameSource]:
        if folder is None:
            raise InferenceError('what is live needs out_dir, where its recording goes')
        if not hasattr(self.models.pose, 'reader'):
            raise InferenceError('keypoints of a file cannot be looked at live; choose a network, '
                                 'such as blazepose')
        check_output(folder, folder=True)
        with Viewer() as viewer, written_in(folder):
            print(f'live      {viewer.address} shows it; Ctrl-C ends it and writes the report',
                  file=sys.stderr, flush=True)
            return watch(stream, folder, self.models, options, writing, viewer.show, progress,
                         clock)

    def visualize(self, inputs: Input | Sequence[str | Path], preds: Sequence[Inference],
                  out_dir: str | Path | None = None, language: str = 'both',
                  font: str | Path | None = None, fps: float | None = None,
                  channels: str = Options.channels, speed: float | None = None,
                  size: tuple[int, int] | None = None) -> list[np.ndarray]:
        """Draws results on their videos again, for instance in another language.

        Args:
            inputs: As when it was called, but no camera.
            preds: What it returned with ``return_datasamples``; they are told how long it took.
            out_dir: As when it is called.
            language: As when it is called.
            font: As when it is called.
            fps: Frames per second of what does not say so itself.
            channels: Order of the colours in arrays.
            speed: As when it was called.
            size: Width and height of the picture of a file of tracks that does not say it.

        Returns:
            Per video uint8 RGB (T, H', W', 3).

        Raises:
            InferenceError: If an input or an argument cannot be used.
        """
        writing = Writing.of(language, font)
        return [write_outputs(result, open_source(given, fps, channels, speed, size),
                              Outputs(folder, True, False, writing), _nothing,
                              Stopwatch(result.seconds))
                for given, folder, result in zip(*_inputs(inputs, out_dir), preds, strict=True)]


def _inputs(inputs, out_dir: str | Path | None) -> tuple[list, list[Path | None]]:
    """Inputs, of which a folder or a list of frames is one, and where what is made of each goes."""
    inputs = inputs if isinstance(inputs, (list, tuple)) and inputs and all(
        isinstance(one, (str, Path)) for one in inputs) else [inputs]
    if isinstance(inputs[0], (str, Path)):
        inputs = each_video(inputs)
    if out_dir is None:
        return inputs, [None] * len(inputs)
    if len(inputs) == 1:
        return inputs, [Path(out_dir)]
    return inputs, [Path(out_dir) / name for name in folder_names(inputs)]


def _open(given: Input, options: Options) -> FrameSource:
    return open_source(given, options.fps, options.channels, options.speed, options.size,
                       options.skeleton)


def _opened(given: Input, folder: Path | None, options: Options) -> FrameSource:
    source = _open(given, options)
    if folder is not None:
        check_output(folder, folder=True)
    return source


def _calibration(file: str | Path | None, recogniser: PostureRecogniser) -> PostureCalibration:
    classes = [e.name for e in recogniser.exercises]
    condition_names = [e.conditions for e in recogniser.exercises]
    if file is None:
        return PostureCalibration.unknown(classes, condition_names)
    calibration = PostureCalibration.read(file)
    try:
        calibration.check_fits(classes, condition_names)
    except CalibrationError as error:
        raise InferenceError(f'{file}: {error}') from error
    return calibration


def _nothing(stage: str, done: int, total: int) -> None:
    """Shows no progress."""
