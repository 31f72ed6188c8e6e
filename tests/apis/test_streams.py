"""Streams as phones, chat programs and cameras make them, each seen as the plain file is."""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from video_cases import moving_square, write_stream, write_video

from fitness_mm.apis.video.ahead import ahead
from fitness_mm.apis.video.canvas import Canvas
from fitness_mm.apis.video.encoder import encoding
from fitness_mm.apis.video.sources import each_video, open_source
from fitness_mm.containers import reading, writing

FRAMES = moving_square(8)


def shown(path, **how):
    return np.stack([frame.rgb() for frame in open_source(path, **how).frames()])


def in_planes(path):
    """The same by way of what is drawn on."""
    source = open_source(path)
    canvas = Canvas(source.size, source.colours)
    images = []
    for frame in source.frames():
        canvas.paste(frame.planes(source.size), 0, 0)
        images.append(canvas.rgb())
    return np.stack(images)


def set_matrix(path, a, b, c, d):
    """Writes a display matrix into an MP4 file: (p, q) is shown at (a p + c q, b p + d q)."""
    data = bytearray(path.read_bytes())
    at = data.index(b'tkhd') + 4 + 40
    one = 1 << 16
    data[at:at + 36] = struct.pack('>9i', a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def alike(found, expected, limit=5):
    return found.shape == expected.shape and np.abs(
        found.astype(int) - expected.astype(int)).mean() < limit


MATRICES = {  # what is to be seen: of an array (T, H, W, 3)
    (1, 0, 0, 1): lambda f: f,
    (-1, 0, 0, 1): lambda f: f[:, :, ::-1],
    (1, 0, 0, -1): lambda f: f[:, ::-1],
    (-1, 0, 0, -1): lambda f: f[:, ::-1, ::-1],
    (0, 1, 1, 0): lambda f: f.swapaxes(1, 2),
    (0, 1, -1, 0): lambda f: f.swapaxes(1, 2)[:, :, ::-1],
    (0, -1, 1, 0): lambda f: f.swapaxes(1, 2)[:, ::-1],
    (0, -1, -1, 0): lambda f: f.swapaxes(1, 2)[:, ::-1, ::-1],
}


@pytest.mark.parametrize('matrix', MATRICES)
def test_a_video_is_turned_and_mirrored_as_it_says(matrix, tmp_path):
    path = set_matrix(write_video(tmp_path / 'a.mp4', FRAMES), *matrix)
    expected = MATRICES[matrix](FRAMES)
    assert open_source(path).size == expected.shape[2:0:-1]
    assert alike(shown(path), expected) and alike(in_planes(path), expected, 8)
    assert alike(open_source(path).survey(1)[0], expected[0])


@pytest.mark.parametrize('pixel, matrix', [((2, 1), (1, 0, 0, 1)), ((1, 2), (1, 0, 0, 1)),
                                           ((1, 2), (0, 1, -1, 0))])
def test_pixels_are_made_square(pixel, matrix, tmp_path):
    """An anamorphic file looks like the plain one."""
    width = FRAMES.shape[2] * pixel[1] // pixel[0]
    squeezed = np.stack([cv2.resize(f, (width, 64), interpolation=cv2.INTER_AREA) for f in FRAMES])
    path = tmp_path / 'a.mp4'
    with writing(path) as container:
        stream = container.add_stream('libx264', rate=30, options={'crf': '12'})
        stream.width, stream.height, stream.pix_fmt = width, 64, 'yuv420p'
        stream.codec_context.sample_aspect_ratio = Fraction(*pixel)
        for image in squeezed:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode())
    set_matrix(path, *matrix)
    expected = MATRICES[matrix](FRAMES)
    assert open_source(path).size == expected.shape[2:0:-1]
    assert alike(shown(path), expected, 8) and alike(in_planes(path), expected, 10)


def test_a_size_that_changes_in_mid_stream_keeps_the_shape_of_people(tmp_path):
    """As in video calls, whose sender goes over to less when the network is slow."""
    path = tmp_path / 'a.ts'
    parts = [write_stream(tmp_path / f'{i}.ts', np.stack([cv2.resize(f, size) for f in FRAMES]),
                          first=8 * i)
             for i, size in enumerate([(96, 64), (48, 32), (32, 64)])]
    path.write_bytes(b''.join(part.read_bytes() for part in parts))
    source = open_source(path)
    found, planes = shown(path), in_planes(path)
    assert source.size == (96, 64) and len(found) == 24
    for images in (found, planes):
        assert alike(images[:8], FRAMES, 8) and alike(images[8:16], FRAMES, 14)
        # a third as wide: black to the left and right of it
        assert images[16:, :, :30].max() < 30 and images[16:, :, 66:].max() < 30
        assert images[16:, :, 34:62].mean() > 80


def test_a_cover_picture_is_not_the_video(tmp_path):
    cover = cv2.imencode('.jpg', np.zeros((32, 32, 3), np.uint8))[1].tobytes()
    path = tmp_path / 'a.mp4'
    with writing(path) as container:
        picture = container.add_stream('mjpeg')
        picture.width, picture.height, picture.pix_fmt = 32, 32, 'yuvj420p'
        picture.disposition = av.stream.Disposition.attached_pic
        stream = container.add_stream('libx264', rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
        packet = av.Packet(cover)
        packet.stream, packet.pts, packet.dts = picture, 0, 0
        container.mux(packet)
        for image in FRAMES:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode())
    with reading(path) as container:
        assert [bool(s.disposition & av.stream.Disposition.attached_pic)
                for s in container.streams.video].count(True) == 1
    assert alike(shown(path), FRAMES, 8)


@pytest.mark.parametrize('kind, full', [('yuvj420p', True), ('yuv420p', False), ('yuv422p', False),
                                        ('yuv420p10le', False)])
def test_colours_stay_as_they_are_on_the_way_to_the_drawn_video(kind, full, tmp_path):
    path, drawn = tmp_path / 'a.mp4', tmp_path / 'b.mp4'
    with writing(path) as container:
        stream = container.add_stream('libx264', rate=30, options={'crf': '5'})
        stream.width, stream.height, stream.pix_fmt = 96, 64, kind
        for image in FRAMES:
            picture = av.VideoFrame.from_ndarray(image, format='rgb24')
            container.mux(stream.encode(picture.reformat(format=kind)))
        container.mux(stream.encode())
    source = open_source(path)
    canvas = Canvas(source.size, source.colours)
    with encoding(drawn, source.size, 30, source.colours) as encoder:
        for frame in source.frames():
            canvas.paste(frame.planes(source.size), 0, 0)
            canvas.fill((40, 50, 60, 60), (255, 255, 255))
            canvas.fill((70, 50, 90, 60), (0, 0, 0))
            encoder.add(canvas, frame.time)
    found = shown(drawn)
    assert alike(found[:, :48], FRAMES[:, :48], 5)
    assert found[:, 52:58, 44:56].min() > 245 and found[:, 52:58, 74:86].max() < 10
    assert open_source(drawn).colours.range == (2 if full else source.colours.range)


@pytest.mark.parametrize('filmed, speed, fps, seconds', [
    ('240.000000', None, 240, 1 / 8), ('240', 1, 30, 1), ('60', None, 30, 1),
    ('1', None, 1, 30), ('no number', None, 30, 1), (None, 4, 120, 1 / 4), ('1e9', None, 30, 1)])
def test_slow_motion_is_taken_as_it_was_filmed(filmed, speed, fps, seconds, tmp_path):
    path = tmp_path / 'a.mp4'
    with writing(path, {'movflags': 'use_metadata_tags'}) as container:
        if filmed:
            container.metadata['com.android.capture.fps'] = filmed
        stream = container.add_stream('libx264', rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
        for image in moving_square(30):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode())
    source = open_source(path, speed=speed)
    times = [frame.time for frame in source.frames()]
    assert (source.fps, source.duration) == (pytest.approx(fps), pytest.approx(seconds))
    np.testing.assert_allclose(times, np.arange(30) / fps, atol=1e-3)
    changed = speed is None and fps != 30
    assert len(source.warnings) == changed and (source.sound is None) == (fps != 30)
    if changed:
        assert f'filmed at {float(filmed):g} frames a second and shown at 30' in source.warnings[0]
    # arrays and folders have no times of their own
    assert open_source(FRAMES, 10, speed=4).fps == 40


def test_hidden_files_of_a_mac_are_neither_frames_nor_videos(tmp_path):
    for name in ('10.mp4', '2.MOV', '._10.mp4', 'notes.txt'):
        (tmp_path / name).write_bytes(b'')
    videos = each_video([tmp_path, 'a.mp4', tmp_path / '10.mp4'])
    assert videos == [tmp_path / '2.MOV', tmp_path / '10.mp4', 'a.mp4', tmp_path / '10.mp4']
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f'{number}.png'), FRAMES[number])
        (tmp_path / f'._{number}.png').write_bytes(b'no image')
    assert each_video([tmp_path]) == [tmp_path]  # frames, perhaps of the videos beside them
    assert shown(tmp_path).shape[0] == 2 and open_source(tmp_path).warnings == []


def write_with_sound(path, codec, first=0.0, audible=0.5):
    """Two seconds of pictures from a second on, and a tone that begins later."""
    with writing(path) as container:
        video = container.add_stream('libx264' if path.suffix != '.avi' else 'mpeg4', rate=30)
        video.width, video.height, video.pix_fmt = 96, 64, 'yuv420p'
        audio = container.add_stream(codec, rate=48000, layout='mono')
        for t, image in enumerate(moving_square(60)):
            picture = av.VideoFrame.from_ndarray(image, format='rgb24')
            picture.pts, picture.time_base = t + round(30 * first), Fraction(1, 30)
            container.mux(video.encode(picture))
        container.mux(video.encode())
        samples = np.arange(round(48000 * (first + 3)))
        tone = (8000 * np.sin(samples * 0.06) * (samples / 48000 >= first + audible))
        for begin in range(0, len(samples), 1024):
            sound = av.AudioFrame.from_ndarray(
                tone[None, begin:begin + 1024].astype(np.int16), format='s16', layout='mono')
            sound.sample_rate, sound.pts = 48000, begin
            container.mux(audio.encode(sound))
        container.mux(audio.encode())
    return path


def heard(path):
    """Codec, seconds at which a tone is first heard, seconds of sound."""
    with reading(path) as container:
        stream = container.streams.audio[0]
        frames = [(frame.time, np.abs(frame.to_ndarray().astype(float)).max())
                  for frame in container.decode(stream)]
    loudest = max(level for _, level in frames)
    return (stream.codec_context.name,
            next(time for time, level in frames if level > loudest / 2), frames[-1][0])


@pytest.mark.parametrize('ending, codec, kept, first', [
    ('mp4', 'aac', 'aac', 0), ('mkv', 'libopus', 'opus', 1), ('avi', 'pcm_s16le', 'aac', 0),
    ('ts', 'mp2', 'aac', 1)])
def test_sound_goes_with_the_drawn_pictures(ending, codec, kept, first, tmp_path):
    source = open_source(write_with_sound(tmp_path / f'a.{ending}', codec, first))
    canvas = Canvas(source.size, source.colours)
    with encoding(tmp_path / 'b.mp4', source.size, 30, source.colours, source.sound) as encoder:
        for frame in source.frames():
            canvas.paste(frame.planes(source.size), 0, 0)
            encoder.add(canvas, frame.time)
    name, begin, end = heard(tmp_path / 'b.mp4')
    assert name == kept and begin == pytest.approx(0.5, abs=0.06)
    assert end == pytest.approx(2, abs=0.1)  # no longer than what is seen
    assert len(shown(tmp_path / 'b.mp4')) == 60


def test_sound_that_cannot_be_read_costs_no_picture(tmp_path):
    path = write_with_sound(tmp_path / 'a.mp4', 'aac')
    source = open_source(path)
    path.write_bytes(b'gone')
    canvas = Canvas(source.size, source.colours)
    with encoding(tmp_path / 'b.mp4', source.size, 30, source.colours, source.sound) as encoder:
        encoder.add(canvas, 0.0)
    assert len(shown(tmp_path / 'b.mp4')) == 1


def test_what_is_made_ahead_comes_in_order_with_its_errors():
    def items():
        yield from range(9)
        raise ValueError('the tenth')
    found = []
    with pytest.raises(ValueError, match='the tenth'):
        for item in ahead(items()):
            found.append(item)
    assert found == list(range(9))
    assert list(ahead(iter([]))) == []
