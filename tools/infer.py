"""Recognises the exercise in a video, judges its posture and says what to change."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from fitness_mm.apis.options import TRACK_ENDINGS, Options
from fitness_mm.errors import ArgumentError, FitnessError, plain_errors
from fitness_mm.files import check_output
from fitness_mm.keypoints.layouts import LAYOUTS
from fitness_mm.printable import printable


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog='docs/inference.md describes what comes out.')
    parser.add_argument('video', nargs='*',
                        help='a video file, a folder of videos or of frames, a file of tracks, '
                        'camera:N or rtsp://ADDRESS (live, until Ctrl-C); none if --pose names a '
                        'file of tracks that has no video')
    parser.add_argument('--out', required=True, metavar='DIR',
                        help='folder for the report, the annotated video, tables and result.json; '
                        'of several videos each gets a folder of its own there, called after it')
    models = parser.add_argument_group('models')
    models.add_argument('--pose', metavar='NAME|CONFIG|FILE',
                        help='where keypoints come from: blazepose, demo (the estimator that `make '
                        'demo` trains), a config of a pose estimator, or a file of tracks '
                        f'({", ".join(TRACK_ENDINGS)}) (default: blazepose where it is installed, '
                        'else demo)')
    models.add_argument('--pose-weights', metavar='CHECKPOINT', help='of that config')
    models.add_argument('--posture', default='everyday', metavar='NAME|DIR|CONFIG',
                        help='what recognises and judges: everyday, which comes with the package, '
                        'demo (the network that `make demo` trains), a folder that training or '
                        'tools/publish.py left, or a config of a recogniser (default: %(default)s)')
    models.add_argument('--posture-weights', metavar='CHECKPOINT', help='of that config')
    models.add_argument('--calibration', metavar='FILE',
                        help='its calibration.json (default: the one beside its checkpoint)')
    models.add_argument('--detector', nargs=2, default=(None, None),
                        metavar=('CONFIG', 'CHECKPOINT'),
                        help='person detector of MMDetection for a config or demo (default: the '
                        'pose estimator searches)')
    models.add_argument('--device', help='such as cpu or cuda:0 (default: the best there is)')
    models.add_argument('--half', action='store_true',
                        help='half precision: float16 on a GPU, bfloat16 on a CPU')
    models.add_argument('--batch-size', type=int, default=Options.batch_size,
                        help='default: %(default)s')
    looking = parser.add_argument_group('how to look')
    looking.add_argument('--box', type=float, nargs=4, metavar=('X1', 'Y1', 'X2', 'Y2'),
                         help='box that holds the person throughout, in pixels of the video')
    looking.add_argument('--person', metavar='largest|center|N',
                         help='whom to look at: the largest, the one nearest to the middle of the '
                         'picture, or the Nth from the left (default: who moves, is large and '
                         'there)')
    looking.add_argument('--exercise', metavar='NAME',
                         help='what is done, English or Korean, where it is known (default: it is '
                         'recognised)')
    looking.add_argument('--fps', type=float,
                         help='of a folder of frames (default: 30), or a file of tracks; most '
                         'files say it')
    looking.add_argument('--speed', type=float, metavar='TIMES',
                         help='how many times as fast as it is shown it was done, such as 8 for '
                         '240 frames a second shown at 30 (default: what the file says, else 1)')
    looking.add_argument('--size', type=int, nargs=2, metavar=('WIDTH', 'HEIGHT'),
                         help='of the picture of a file of tracks that does not say it')
    looking.add_argument('--skeleton', metavar='NAME',
                         help='of a file of tracks: ' + ', '.join(LAYOUTS)
                         + ' (default: the one that has as many points)')
    looking.add_argument('--pose-fps', type=float, default=Options.pose_fps,
                         help='frames a second for the pose estimator (default: %(default)s)')
    looking.add_argument('--smooth', type=float, default=Options.smooth, metavar='SECONDS',
                         help="length of the keypoints' filter, 0 for none (default: %(default)s)")
    looking.add_argument('--window', type=float, default=Options.window, metavar='SECONDS',
                         help='what the recogniser sees at once (default: %(default)s)')
    looking.add_argument('--stride', type=float, metavar='SECONDS',
                         help='from window to window (default: half a window)')
    looking.add_argument('--camera-seconds', type=float, default=Options.camera_seconds,
                         help='how long to watch what is live (default: until Ctrl-C)')
    looking.set_defaults(channels=Options.channels)
    output = parser.add_argument_group('output')
    output.add_argument('--lang', choices=['both', 'ko', 'en'], default='both',
                        help='of report, picture and video; these two are in English where no font '
                        'has Korean letters (default: %(default)s)')
    output.add_argument('--font', metavar='FILE.ttf',
                        help='font with Korean letters for video and picture')
    output.add_argument('--show', action='store_true', help='show the frames in a window')
    return parser.parse_args()


def main() -> int:
    args = parse_args()
    options = {field.name: getattr(args, field.name) for field in fields(Options)}
    failed = []

    @contextmanager
    def going_on(video: str) -> Iterator[None]:
        try:
            yield
        except FitnessError as error:
            failed.append((video, error))
            print(printable(f'infer.py: {error}'), file=sys.stderr)

    with plain_errors('nothing half-written is left'):
        Options(**options)
        from fitness_mm.apis.report.language import Writing
        from fitness_mm.apis.report.terminal import summary_text
        from fitness_mm.apis.tracks.people import TrackFile, holds_tracks
        from fitness_mm.apis.video.live import live
        from fitness_mm.apis.video.sources import each_video, folder_names, open_source
        Writing.of(args.lang, args.font)
        check_output(args.out, folder=True)
        good = []
        videos = each_video(args.video)
        tracks = args.pose is not None and holds_tracks(Path(args.pose))
        if len(videos) > 1 and tracks:
            raise ArgumentError('a file of tracks belongs to one video; name this one only')
        if not videos and not tracks:
            raise ArgumentError('there is nothing to look at; name a video, or a file of tracks')
        if tracks and videos:
            TrackFile.read(args.pose, args.skeleton)
        elif tracks:
            videos = [args.pose]
        elif args.pose is None and all(holds_tracks(Path(video)) for video in videos):
            args.pose = videos[0]  # no estimator is needed
        names = folder_names(videos) if len(videos) > 1 else ['']
        for video, name in zip(videos, names, strict=True):
            with going_on(video):
                if live(video) is None:
                    open_source(video, args.fps, speed=args.speed, size=args.size,
                                skeleton=args.skeleton)
                good.append((video, Path(args.out) / name))
        if good:  # what can be wrong with arguments is said by now, before networks are loaded
            from fitness_mm.apis import FitnessInferencer
            inferencer = FitnessInferencer(
                args.pose, args.pose_weights, args.posture, args.posture_weights, args.calibration,
                *args.detector, device=args.device, half=args.half)
        for video, folder in good:
            with going_on(video):
                result = inferencer(
                    video, out_dir=folder, show=args.show, language=args.lang, font=args.font,
                    **options)['predictions'][0]
                print(summary_text(result))
                print(printable(f'open      {folder / "report.html"}'))
        if failed and len(videos) > 1:
            print(f'infer.py: {len(failed)} of {len(videos)} were not judged:', file=sys.stderr)
            for video, error in failed:
                named = '' if str(video) in str(error) else f'{video}: '
                print(printable(f'  {named}{error}'), file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
