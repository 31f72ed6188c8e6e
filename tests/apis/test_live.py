"""What is live: late frames are dropped, the rest is judged as the recording of it would be."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import cv2
import numpy as np
import pytest
from inference_models import POSTURES, work_dirs  # noqa: F401
from video_cases import moving_square

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.live import watch
from fitness_mm.apis.options import Options
from fitness_mm.apis.pipeline import Models, analyse
from fitness_mm.apis.report.language import Writing
from fitness_mm.apis.report.outputs import JSON, PAGE, VIDEO, Outputs, write_outputs
from fitness_mm.apis.report.viewer import Viewer
from fitness_mm.apis.stages.person import Person
from fitness_mm.apis.stages.pose import run_pose
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.canvas import Canvas, Colours
from fitness_mm.apis.video.frames import Picture
from fitness_mm.apis.video.live import Latest, Live, live, stream_frames
from fitness_mm.apis.video.sources import folder_names
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS
from fitness_mm.posture.calibration import PostureCalibration

SIZE, BOX, PERIOD = (96, 64), Box(10, 4, 86, 60), 1.0
WRITING = Writing.of('en')


def paced(seconds, fps=25, broken=False):
    """A stand-in for a camera: frames come when they come, whoever is ready."""
    begin = time.monotonic()
    for number, image in enumerate(moving_square(round(seconds * fps), SIZE)):
        time.sleep(max(0.0, begin + number / fps - time.monotonic()))
        yield Picture(number, time.monotonic() - begin, image)
    if broken:
        raise OSError('unplugged')


class Squats:
    """Stands for a pose source: somebody goes down and up once in a second, whatever is shown."""

    kinds, batch_size, takes = ('observed', ) * NUM_KEYPOINTS, 1, 0.0

    def find(self, frames, box, who=None):
        return Person(BOX, 0.9, 0.3, 'found')

    def reader(self, person, size, look, clock):
        return _Squatting(self.takes)

    def read(self, source, person, plan, look, progress, clock):
        return run_pose(source, self.reader(person, source.size, look, clock), plan, look, progress)


class _Squatting:

    def __init__(self, takes):
        self.takes, self.times, self.points = takes, [], []

    def look_at(self, frame, time_):
        time.sleep(self.takes)
        down = 10 * (1 - np.cos(2 * np.pi * time_ / PERIOD))
        points = np.zeros((NUM_KEYPOINTS, 2), np.float32)
        for name, k in KEYPOINT_INDEX.items():
            side = 8 * (name.startswith('Left') - name.startswith('Right'))
            part = name.split()[-1]
            height = dict(Ankle=58, Foot=59, Knee=48, Hip=36, Waist=34, Back=26).get(part, 14)
            share = dict(Ankle=0, Foot=0, Knee=0.4).get(part, 1)
            points[k] = 48 + side, height + share * down
        self.times.append(time_)
        self.points.append(points)

    def _track(self, part):
        points = np.stack(self.points[part])
        return Track(np.array(self.times[part]), points, np.full(points.shape[:2], 0.9, np.float32))

    def latest(self):
        return self._track(slice(-1, None)), BOX

    def finish(self):
        return self._track(slice(None)), [BOX] * len(self.times)


@pytest.fixture(scope='module')
def models(work_dirs):  # noqa: F811
    from fitness_mm.apis.networks.recogniser import PostureRecogniser
    folder = work_dirs / 'demo_posture'
    return Models(Squats(), PostureRecogniser(POSTURES['limbs'], folder / 'epoch_1.pth', 'cpu'),
                  PostureCalibration.read(folder / 'calibration.json'))


def watched(models, folder, frames, show=lambda canvas: None, **options):
    options = Options(exercise='barbell squat', **options)
    return watch(Live('gym', frames), folder, models, options, WRITING, show,
                 lambda *_: None, Stopwatch())


def test_what_is_seen_live_is_what_is_said_of_the_recording(models, tmp_path):
    shown = []
    result, source = watched(models, tmp_path, lambda: paced(3),
                             lambda canvas: shown.append(canvas.rgb()))
    write_outputs(result, source, Outputs(tmp_path, False, False, WRITING), lambda *_: None,
                  Stopwatch())
    assert {JSON, PAGE, VIDEO, 'recording.mp4'} <= {file.name for file in tmp_path.iterdir()}
    again = analyse(source, models, Options(exercise='barbell squat'),
                    lambda *_: None, Stopwatch())
    assert result.name == 'gym' and len(result.frame_times) == len(again.frame_times) == 75
    # it took a second to find somebody, so the first squat was not seen
    assert len(again.repetitions) == 3 and len(result.repetitions) in (1, 2)
    np.testing.assert_allclose([r.turn for r in result.repetitions],
                               [r.turn for r in again.repetitions[-len(result.repetitions):]],
                               atol=0.1)
    # the skeleton was drawn, and the panel said ever more
    blue = [(np.abs(image[:, :700].astype(int) - (86, 180, 233)).max(-1) < 30).sum()
            for image in shown]
    panels = {image[:, 720:].tobytes() for image in shown}
    assert len(shown) > 20 and blue[0] == 0 < min(blue[-5:]) and len(panels) >= 3
    note = next(note.en for note in result.notes if note.en.startswith('Live: '))
    assert float(note.split()[1]) > 10


def test_who_is_late_gets_the_latest_frame_and_all_are_recorded(models, tmp_path):
    models.pose.takes = 0.2  # a third of what comes
    try:
        result, source = watched(models, tmp_path, lambda: paced(1.8))
    finally:
        models.pose.takes = 0.0
    assert len(result.frame_times) == 45 and len(list(source.frames())) == 45
    looked_at = result.track.times
    assert len(looked_at) < 25
    # none waits behind others: at the end it is as late as at the beginning
    assert looked_at[-1] > 1.8 - 0.5
    note = next(note.en for note in result.notes if note.en.startswith('Live: '))
    assert float(note.split(' s after')[0].split()[-1]) < 0.5


def test_ctrl_c_ends_it_and_loses_nothing(models, tmp_path):
    timer = threading.Timer(1.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    before = signal.getsignal(signal.SIGINT)
    result, source = watched(models, tmp_path, lambda: paced(60))
    assert 1.0 < result.duration < 30 and result.track is not None
    assert len(list(source.frames())) == len(result.frame_times)
    assert signal.getsignal(signal.SIGINT) is before


def test_it_ends_after_the_seconds_asked_for_or_when_the_camera_breaks(models, tmp_path):
    result, _ = watched(models, tmp_path, lambda: paced(60), camera_seconds=1)
    assert 1 <= result.duration < 30
    with pytest.raises(OSError, match='unplugged'):
        list(Latest(lambda: paced(0.2, broken=True), tmp_path / 'a.mp4', 25))
    assert not (tmp_path / 'a.mp4').exists()


def test_what_is_live_is_known_by_its_address():
    assert live(0).name == live('camera:0').name == 'camera 0'
    address = 'rtsp://admin:secret@10.0.0.9:554/ch/1?x=secret'
    assert live(address).name == '10.0.0.9 ch 1'
    assert folder_names([address, 'camera:1', 'a.mp4']) == ['10.0.0.9 ch 1', 'camera 1', 'a']
    for other in ('camera:', 'camera:²', 'camera:100', 'http://a/b.mp4', 'a.mp4', True, None):
        assert live(other) is None


SENDER = """
import sys, time, av
sys.path[:0] = sys.argv[2:]
from video_cases import moving_square
while True:  # until there is somebody who listens
    try:
        with av.open(sys.argv[1], 'w', format='rtsp',
                     options={'rtsp_transport': 'tcp'}) as container:
            stream = container.add_stream('libx264', rate=25, options={'tune': 'zerolatency'})
            stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
            for image in moving_square(40):
                picture = av.VideoFrame.from_ndarray(image, format='rgb24')
                container.mux(stream.encode(picture))
                time.sleep(0.04)
        break
    except OSError:
        time.sleep(0.1)
"""


def test_a_stream_of_the_network_is_watched_as_it_comes():
    address = f'rtsp://127.0.0.1:{_free_port()}/gym'
    sender = subprocess.Popen([sys.executable, '-c', SENDER, address, os.path.dirname(__file__)])
    try:
        found = list(stream_frames(address, rtsp_flags='listen', listen_timeout='20'))
    finally:
        sender.terminate()
        sender.wait()
    assert len(found) >= 35
    assert np.abs(found[0].rgb().astype(int) - moving_square(1, SIZE)[0]).mean() < 8
    times = [frame.time for frame in found]
    assert times == sorted(times) and times[-1] > 0.3


def test_a_stream_that_is_not_there_is_named_without_its_password():
    with pytest.raises(InferenceError, match=r'the stream 127\.0\.0\.1 gym cannot be opened \(Conn'
                       ) as error:
        next(stream_frames(f'rtsp://me:secret@127.0.0.1:{_free_port()}/gym'))
    assert 'secret' not in str(error.value)


def _free_port():
    import socket
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def test_pictures_are_shown_to_who_knows_the_address():
    canvas = Canvas((64, 48), Colours())
    canvas.fill((0, 0, 32, 48), (255, 0, 0))
    with Viewer() as viewer:
        with urllib.request.urlopen(viewer.address, timeout=5) as page:
            assert b'<img src=pictures' in page.read()
        with pytest.raises(urllib.error.HTTPError, match='404'):
            urllib.request.urlopen('/'.join(viewer.address.split('/')[:3]) + '/pictures', timeout=5)
        pictures = urllib.request.urlopen(f'{viewer.address}pictures', timeout=5)
        threading.Timer(0.2, viewer.show, (canvas, )).start()
        data = b''
        while b'\xff\xd9' not in data:
            data += pictures.read1(4096)
        image = cv2.imdecode(np.frombuffer(data[data.index(b'\xff\xd8'):], np.uint8),
                             cv2.IMREAD_COLOR)
        assert image.shape == (48, 64, 3) and image[20, 10, 2] > 200 > 50 > image[20, 50].max()
    with pytest.raises(OSError):
        urllib.request.urlopen(viewer.address, timeout=5)
