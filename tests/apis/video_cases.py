"""Videos and a pose estimator for tests, made in a moment."""

import struct
from fractions import Fraction

import av
import numpy as np

from fitness_mm.containers import writing
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.layouts import LAYOUTS
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS


def moving_square(count=12, size=(96, 64)):
    """uint8 RGB (T, H, W, 3): a bright square goes right over grey, the top left is red."""
    frames = np.full((count, size[1], size[0], 3), 90, np.uint8)
    for t, frame in enumerate(frames):
        x = 8 + 4 * t % (size[0] - 24)
        frame[24:40, x:x + 16] = 230
        frame[:16, :16] = (220, 20, 20)
    return frames


def write_video(path, frames, fps=30, times=None, faststart=False):
    """Writes H.264 in MP4; ``times`` in seconds make the rate vary."""
    options = {'movflags': 'faststart'} if faststart else {}
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream('libx264', rate=fps, options={'crf': '12', 'bf': '0'})
        stream.width, stream.height = frames.shape[2], frames.shape[1]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for t, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
            picture.pts = round(1000 * (t / fps if times is None else times[t]))
            picture.time_base = Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def write_stream(path, frames, codec='libx264', rate=30, first=0, leap=(0, 0), title='',
                 cover=None):
    """Writes a video in the format of its ending; number ``first`` is the first, from the frame
    ``leap[0]`` on they are higher by ``leap[1]``, and a picture ``cover`` is the first stream."""
    with writing(path) as container:
        if title:
            container.metadata['title'] = title
        pictures = []
        if cover is not None:
            pictures.append((cover, container.add_stream('mjpeg', rate=rate), 'yuvj420p'))
        pictures.append((frames, container.add_stream(codec, rate=rate), 'yuv420p'))
        for images, stream, stream.pix_fmt in pictures:
            stream.width, stream.height = images.shape[2], images.shape[1]
        for images, stream, _ in pictures:
            for t, image in enumerate(images):
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format='rgb24')
                picture.pts = t + first + (leap[1] if t >= leap[0] else 0)
                picture.time_base = Fraction(1, rate)
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
    return path


def turn_right(path):
    """Writes into an MP4 file that it is to be shown a quarter turn clockwise, as phones do."""
    data = bytearray(path.read_bytes())
    matrix = data.index(b'tkhd') + 4 + 40
    height = struct.unpack('>I', data[matrix + 40:matrix + 44])[0]
    data[matrix:matrix + 36] = struct.pack('>9i', 0, 1 << 16, 0, -(1 << 16), 0, 0, height, 0,
                                           1 << 30)
    path.write_bytes(data)
    return path


class KnownPeople:
    """Stands for a pose estimator: it sees people that are where it is told they are.

    Its scores fall with the overlap of the box it is given and the person's, as those of a real
    one do.

    Args:
        boxes: Of the people, (P, 4), x1 y1 x2 y2.
        still: Those who do not move.
    """

    margin, input_size, batch_size = 0.2, (18, 24), 4
    layout, min_confidence = LAYOUTS['fitness24'], 0.5

    def __init__(self, *boxes, still=()):
        self.boxes, self.still = [Box(*b) for b in boxes], still
        self.calls = 0
        self.looked_at = 0

    def __call__(self, crops, boxes):
        keypoints = np.zeros((len(crops), NUM_KEYPOINTS, 2), np.float32)
        scores = np.full((len(crops), NUM_KEYPOINTS), 0.1, np.float32)
        self.looked_at += len(crops)
        for i, box in enumerate(boxes):
            if not crops[i].image.any():  # nobody is in a black frame
                continue
            self.calls += 1
            shares = [box.iou(person) for person in self.boxes]
            if not shares or max(shares) == 0:
                continue
            who = int(np.argmax(shares))
            x1, y1, x2, y2 = self.boxes[who]
            rng = np.random.default_rng(0 if who in self.still else self.calls)
            keypoints[i] = rng.uniform((x1, y1), (x2 - 1, y2 - 1), (NUM_KEYPOINTS, 2))
            keypoints[i, :2] = (x1, y1), (x2 - 1, y2 - 1)  # all of the box is seen
            scores[i] = min(0.95, 0.3 + 1.2 * max(shares))
        return keypoints, scores
