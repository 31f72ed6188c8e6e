import os
import unicodedata
import wave

import cv2
import numpy as np
import pytest
from video_cases import moving_square, turn_right, write_stream, write_video

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.video.canvas import Canvas, Colours
from fitness_mm.apis.video.encoder import encoding
from fitness_mm.apis.video.sources import folder_names, open_source
from fitness_mm.containers import MAX_PIXELS


def read(source):
    return [(frame.number, frame.time, frame.rgb()) for frame in source.frames()]


def test_a_video_file_gives_its_frames_at_their_times(tmp_path):
    frames = moving_square()
    source = open_source(write_video(tmp_path / 'a.mp4', frames, fps=25))
    found = read(source)
    assert (source.name, source.size, source.fps, source.warnings) == ('a', (96, 64), 25, [])
    assert [n for n, _, _ in found] == list(range(12))
    np.testing.assert_allclose([t for _, t, _ in found], np.arange(12) / 25, atol=1e-3)
    for frame, (_, _, image) in zip(frames, found, strict=True):
        assert np.abs(image.astype(int) - frame).mean() < 4
    # it can be read again, and surveyed
    assert len(read(source)) == 12
    assert [image.shape for image in source.survey(5)] == [(64, 96, 3)] * 5


@pytest.mark.parametrize('stem, shown', [
    ('squat:1', 'squat:1'),
    ('2024-01-01T10:20:30', '2024-01-01T10:20:30'),
    ('http:', 'http:'),
    ('frame%02d', 'frame%02d'),
    ('-i', '-i'),
    ('스쿼트', '스쿼트'),
    (os.fsdecode('스쿼트'.encode('cp949')), '스쿼트'),  # as in a Korean archive
    (os.fsdecode(b'\xff\xfe'), r'\xff\xfe'),
    ('\x1b]0;x\x07', r'\x1b]0;x\x07'),
    ('two\nlines', r'two\nlines'),
    ('\u202egpj', r'\u202egpj'),
])
@pytest.mark.parametrize('ending', ['.mp4', '.MP4'])
def test_a_video_may_be_called_anything(stem, shown, ending, tmp_path):
    frames = moving_square(3)
    path = tmp_path / 'in:to' / f'{stem}{ending}'
    canvas = Canvas((96, 64), Colours())
    with encoding(path, (96, 64), 30, canvas.colours) as encoder:
        for t, frame in enumerate(frames):
            canvas.paste(canvas.colours.planes(frame), 0, 0)
            encoder.add(canvas, t / 30)
    source = open_source(path)
    assert source.name == shown
    assert len(read(source)) == 3 and source.warnings == []


def test_only_the_file_itself_is_read(tmp_path):
    video = write_stream(tmp_path / 'good.ts', moving_square(5))
    lists = {
        'a.m3u8': f'#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{video}\n#EXT-X-ENDLIST\n',
        'a.mp4': '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\ngood.ts\n#EXT-X-ENDLIST\n',
        'a.ffconcat': 'ffconcat version 1.0\nfile good.ts\n',
        'a.sdp': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n'
                 'm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
        'a.txt': 'FFmpeg shows text as a picture\n' * 40,
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(InferenceError, match='is no video that can be opened'):
            open_source(tmp_path / name)
    for address in ('http://127.0.0.1:9/a.mp4', 'rtsp://127.0.0.1:9/a'):
        with pytest.raises(InferenceError, match=f"'{address}' is an address, and nothing is"):
            open_source(address)


def test_nobody_waits_for_the_other_end_of_a_pipe(tmp_path):
    os.mkfifo(tmp_path / '2.png')
    with pytest.raises(InferenceError, match='is a pipe or a device'):
        open_source(tmp_path / '2.png')
    for number in (1, 3):
        cv2.imwrite(str(tmp_path / f'{number}.PNG'), moving_square(1)[0])
    source = open_source(tmp_path)
    assert len(read(source)) == 2
    assert source.warnings == ['1 of 3 images cannot be read and were passed over']


@pytest.mark.parametrize('ending, codec', [('mp4', 'libx264'), ('mkv', 'libx264'),
                                           ('avi', 'mpeg4')])
def test_a_title_in_another_encoding_is_no_matter(ending, codec, tmp_path):
    path = write_stream(tmp_path / f'a.{ending}', moving_square(3), codec=codec, title='T' * 10)
    data = path.read_bytes()
    assert data.count(b'T' * 10) == 1
    path.write_bytes(data.replace(b'T' * 10, '스쿼트영상'.encode('cp949')))
    assert len(read(open_source(path))) == 3


@pytest.mark.parametrize('ending', ['mkv', 'ts', 'mp4'])
def test_a_recording_may_begin_at_any_time(ending, tmp_path):
    source = open_source(write_stream(tmp_path / f'a.{ending}', moving_square(30), first=1_000_000))
    assert source.duration == pytest.approx(1, abs=0.1)
    np.testing.assert_allclose([t for _, t, _ in read(source)], np.arange(30) / 30, atol=2e-3)
    assert source.warnings == [] and len(source.survey(24)) == 24


def test_stamps_that_leap_are_mended_and_said(tmp_path):
    source = open_source(write_stream(tmp_path / 'a.mkv', moving_square(60), leap=(30, 3_000_000)))
    assert source.duration > 100_000  # as the file says
    assert len(source.survey(24)) == 24
    np.testing.assert_allclose([t for _, t, _ in read(source)], np.arange(60) / 30, atol=2e-3)
    assert source.duration == pytest.approx(2, abs=0.01)
    assert source.warnings == ['after 1.0 s the time stamps leap by 100000 s, which were left out']
    # a short one may be true
    short = open_source(write_stream(tmp_path / 'b.mkv', moving_square(60), leap=(30, 120)))
    assert read(short)[-1][1] == pytest.approx(59 / 30 + 4, abs=0.01) and short.warnings == []


def test_a_file_without_time_stamps_says_what_was_assumed(tmp_path):
    path = write_stream(tmp_path / 'a.h264', moving_square(20), rate=24)
    source = open_source(path)
    assert source.fps == 24 and 'has no time stamps; 24 frames a second' in source.warnings[0]
    told = open_source(path, fps=10)
    assert told.warnings == []
    np.testing.assert_allclose([t for _, t, _ in read(told)], np.arange(20) / 10)


def test_pictures_of_another_size_are_fitted_into_the_first(tmp_path):
    # a stream that is turned by a quarter half-way, and a folder that is
    upright = moving_square(5).transpose(0, 2, 1, 3)
    parts = [write_stream(tmp_path / f'{i}.ts', frames).read_bytes()
             for i, frames in enumerate((moving_square(5), upright))]
    (tmp_path / 'turned.ts').write_bytes(b''.join(parts))
    (tmp_path / 'folder').mkdir()
    for i, image in enumerate((moving_square(1)[0], upright[0])):
        cv2.imwrite(str(tmp_path / 'folder' / f'{i}.png'), image)
    for name, count in (('turned.ts', 10), ('folder', 2)):
        source = open_source(tmp_path / name)
        found = read(source)
        times = [t for _, t, _ in found]
        assert times == sorted(set(times)) and len(found) == count
        assert {image.shape for _, _, image in found} == {(64, 96, 3)}
        # as high as the first and as narrow as it is itself
        columns = found[-1][2].astype(int).max((0, 2)) > 40
        assert columns.sum() == pytest.approx(64 * 64 / 96, abs=3) and not columns[0]
        assert source.warnings == ['the pictures change their size; they were fitted into that of '
                                   'the first one']


def test_the_picture_of_a_cover_is_not_the_video(tmp_path):
    cover = np.zeros((1, 32, 32, 3), np.uint8)
    source = open_source(write_stream(tmp_path / 'a.mkv', moving_square(20), cover=cover))
    assert source.size == (96, 64) and len(read(source)) == 20


def test_large_pictures_are_surveyed_small_and_too_large_ones_refused(tmp_path):
    large = np.zeros((3, 2000, 4000, 3), np.uint8)
    cv2.imwrite(str(tmp_path / '1.png'), large[0])
    for given in (large, tmp_path):
        assert {image.shape for image in open_source(given).survey(2)} == {(960, 1920, 3)}
    side = int(MAX_PIXELS**0.5) + 8
    cv2.imwrite(str(tmp_path / '2.png'), np.zeros((side, side), np.uint8))
    with pytest.raises(InferenceError, match='too large'):
        open_source(tmp_path / '2.png')


def test_a_turned_video_is_shown_upright(tmp_path):
    frames = moving_square()
    source = open_source(turn_right(write_video(tmp_path / 'phone.mp4', frames)))
    image = next(source.frames()).rgb()
    # the file says x' = height - y and y' = x: its left edge becomes the upper one
    expected = frames[0][::-1].transpose(1, 0, 2)
    assert source.size == (64, 96) and image.shape == (96, 64, 3)
    assert np.abs(image.astype(int) - expected).mean() < 4
    assert source.survey(1)[0].shape == (96, 64, 3)


def test_a_variable_frame_rate_keeps_its_times(tmp_path):
    times = [0, 0.1, 0.15, 0.5, 0.55, 1.0]
    source = open_source(write_video(tmp_path / 'v.mp4', moving_square(6), times=times))
    np.testing.assert_allclose([t for _, t, _ in read(source)], times, atol=2e-3)


def test_a_file_cut_short_gives_what_is_there_and_says_so(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (60, 64, 96, 3), np.uint8)
    path = write_video(tmp_path / 'cut.mp4', frames, faststart=True)
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2])
    source = open_source(path)
    assert 10 < len(read(source)) < 50
    assert len(source.warnings) >= 1
    before = list(source.warnings)
    read(source)
    assert source.warnings == before


@pytest.mark.parametrize('content, message', [
    (b'this is no video', 'is no video that can be opened'),
    (b'', 'is no video that can be opened'),
])
def test_what_is_no_video_is_named(tmp_path, content, message):
    path = tmp_path / 'text.mp4'
    path.write_bytes(content)
    with pytest.raises(InferenceError, match=message):
        open_source(path)


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(InferenceError, match=r"no file '.*nothing\.mp4'"):
        open_source(tmp_path / 'nothing.mp4')
    with pytest.raises(InferenceError, match='has no images'):
        open_source(tmp_path)


def test_sound_without_pictures_is_named(tmp_path):
    with_sound = tmp_path / 'sound.wav'
    with wave.open(str(with_sound), 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b'\0\0' * 800)
    with pytest.raises(InferenceError, match='has no picture track'):
        open_source(with_sound)


def test_a_folder_is_read_in_natural_order_and_passes_over_broken_images(tmp_path):
    frames = moving_square(12)
    (tmp_path / '²5.jpg').mkdir()  # no number, and no image
    for number in (1, 2, 10, 11):
        cv2.imwrite(str(tmp_path / f'frame{number}.png'), frames[number][..., ::-1])
    (tmp_path / 'frame3.png').write_bytes(b'broken')
    (tmp_path / 'notes.txt').write_text('no image')
    source = open_source(tmp_path, fps=10)
    found = read(source)
    for (_, _, image), number in zip(found, (1, 2, 10, 11), strict=True):
        np.testing.assert_array_equal(image, frames[number])
    # the broken one keeps its place in time
    np.testing.assert_allclose([t for _, t, _ in found], [0, 0.1, 0.3, 0.4])
    assert source.warnings == ['2 of 6 images cannot be read and were passed over']


def test_arrays_in_either_order_of_colours_and_grey(tmp_path):
    frames = moving_square(3)
    np.testing.assert_array_equal(read(open_source(frames))[2][2], frames[2])
    swapped = open_source(list(frames[..., ::-1]), channels='bgr', fps=5)
    np.testing.assert_array_equal(read(swapped)[1][2], frames[1])
    assert swapped.duration == pytest.approx(0.6)
    grey = open_source([np.full((4, 6), 7, np.uint8)])
    assert read(grey)[0][2].tolist() == np.full((4, 6, 3), 7).tolist()
    assert open_source(frames[0]).size == (96, 64)


@pytest.mark.parametrize('frames, message', [
    ([], 'there are no frames'),
    (np.zeros((2, 8, 8, 3)), 'frame 0 is float64'),
    (np.zeros((2, 8, 8, 4), np.uint8), r'of shape \(8, 8, 4\)'),
    ([np.zeros((8, 8, 3), np.uint8), np.zeros((8, 9, 3), np.uint8)], 'of one size, but frame 1'),
    (3.5, 'is a float'),
])
def test_what_are_no_frames_is_explained(frames, message):
    with pytest.raises(InferenceError, match=message):
        open_source(frames)


@pytest.mark.parametrize('fps', [0, -1, 0.01, float('inf'), float('nan'), 1e-9])
def test_a_rate_that_cannot_be_is_refused_and_not_replaced(fps, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), moving_square(1)[0])
    for given in (moving_square(3), tmp_path):
        with pytest.raises(InferenceError, match='fps has to be a number from'):
            open_source(given, fps)


@pytest.mark.parametrize('files, names', [
    (['a.mp4', 'b.mp4'], ['a', 'b']),
    (['my.own.video.mp4', 'my.own.mp4'], ['my.own.video', 'my.own']),
    (['mon/squat.mp4', 'tue/squat.mov'], ['squat.mp4', 'squat.mov']),
    (['mon/squat.mp4', 'tue/squat.mp4'], ['mon_squat.mp4', 'tue_squat.mp4']),
    (['x/mon/a.mp4', 'y/mon/a.mp4', 'b.mp4'], ['x_mon_a.mp4', 'y_mon_a.mp4', 'b']),
    (['set.1/', 'set.2/'], ['set.1', 'set.2']),
    (['x/set.1/', 'y/set.1/'], ['x_set.1', 'y_set.1']),
    (['a.mp4', 'A.mp4'], ['a', 'A_2']),
    (['a.mp4', './a.mp4', 'c/../a.mp4'], ['a', 'a_2', 'a_3']),
    (['a/x.mp4', 'b/x.mp4', 'a/x.mp4'], ['a_x.mp4', 'b_x.mp4', 'a_x.mp4_2']),
    (['a/b.mp4', 'c/b.mp4', 'a_b.mp4.mp4'], ['a_b.mp4', 'c_b.mp4', 'a_b.mp4_2']),
    (['\uac00.mp4', '\u1100\u1161.mp4'], None),
    ([f'{"d" * 200}/{"e" * 200}/a.mp4', f'{"d" * 200}/{"f" * 200}/a.mp4'], None),
    (['\udcbd.mp4', '\udcbd.mov'], ['_xbd.mp4', '_xbd.mov']),
    ([os.fsdecode('스쿼트.mp4'.encode('cp949')), 'a\x1b[2J.mp4'], ['스쿼트', 'a_x1b[2J']),
    (['...mp4', '..mp4', '.mp4'], ['...mp4', '..mp4', '.mp4']),
    (['a/..', 'b.mp4'], None),
])
def test_no_two_inputs_share_a_folder(files, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in files:
        if file.endswith('/'):
            (tmp_path / file).mkdir(parents=True)
    found = folder_names(files)
    folded = {unicodedata.normalize('NFC', name).casefold() for name in found}
    assert len(folded) == len(files)
    assert all('/' not in name and name not in ('', '.', '..') for name in found)
    if names is not None:
        assert found == names
    for name in found:
        (tmp_path / 'out' / name).mkdir(parents=True)  # the file system takes it
