"""What a person is told of a result, and that page and picture hold all of it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from results import make_result

from fitness_mm import fonts
from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.report.html import write_html
from fitness_mm.apis.report.ink import Ink, wrapped
from fitness_mm.apis.report.language import Writing
from fitness_mm.apis.report.model import KeyMoment, Said, tell
from fitness_mm.apis.report.outputs import HTML, PAGE, Outputs, write_outputs
from fitness_mm.apis.report.page import write_page
from fitness_mm.apis.report.timeline import Bar, Timeline
from fitness_mm.apis.stopwatch import Stopwatch

ENGLISH = Writing.of('en')


def written(tmp_path, writing=ENGLISH, **kwargs):
    result, source = make_result(**kwargs)
    write_outputs(result, source, Outputs(tmp_path, False, False, writing), lambda *a: None,
                  Stopwatch())
    return result, (tmp_path / HTML).read_text('utf-8')


@pytest.fixture
def no_korean_font(monkeypatch):
    def nothing(file=None):
        raise fonts.FontError('no installed font has Korean letters')

    monkeypatch.setattr(fonts, 'korean_font_file', nothing)


def test_a_report_says_what_the_result_holds():
    report = tell(make_result(repetitions=6, faults=2)[0], ('en', 'ko'))
    assert report.headline == Said('burpee', '버피 테스트')
    assert [value for value, _ in report.facts] == ['93%', '6', '1.7 s', '2 / 4']
    assert [row.verdict for row in report.rows] == ['broken', 'broken', 'kept', 'kept',
                                                    'not judged']
    first = report.faults[0]
    assert first.detail.main == '95% sure · Seen in repetitions 1, 3 and 5.'
    assert first.detail.second == '확률 95% · 1, 3, 5회째에 나타났어요.'
    assert first.measured == Said(
        'trunk to vertical: up to 52° ±3° (kept repetitions: 31 to 44°)',
        '몸통이 수직에서 기운 각도: 최대 52도 ±3° (자세를 지킨 반복: 31~44도)')
    assert (first.sure, report.rows[2].sure) == ('95%', '97%')
    assert report.rows[4].sure == '' and 'It takes' in report.rows[4].reason.main
    assert report.repetitions[0].faults == (first.name, )
    assert report.repetitions[1].measured == 'trunk to vertical 52°'
    assert report.tempo == Said('first half 0.8 s · second half 0.8 s',
                                '가는 동작 0.8초 · 돌아오는 동작 0.8초')
    assert report.shown_at(1.5) == {0} and report.shown_at(11.9) == frozenset()
    # key frames: the surest fault first, then two of a repetition
    assert [len(m.joints) for m in report.moments] == [2, 2, 0, 0]


def test_without_faults_it_says_so_and_without_a_sure_exercise_nothing():
    result = make_result(repetitions=0, faults=0)[0]
    report = tell(result, ('en', ))
    assert report.summary.main == 'No fault in the 4 conditions judged; 1 of 5 was not judged.'
    assert report.tempo.main == 'No complete repetition was seen.' and not report.poses
    unsure = tell(replace(result, probability=0.4, verdicts=[]), ('en', ))
    assert unsure.headline.main == 'exercise not clear' and unsure.facts == ()
    curl = make_result(exercise='barbell curl')[0]
    family = tell(replace(curl, as_family=True), ('ko', 'en'))
    assert family.headline == ('바벨 또는 덤벨 컬', 'barbell or dumbbell curl')
    given = tell(replace(curl, given=True, probability=0.1), ('en', ))
    assert given.sure and given.headline.main == 'barbell curl'
    assert 'sure' not in [word.main for _, word in given.facts]


@pytest.mark.parametrize('language, languages', [
    ('both', ('en', 'ko')), ('ko', ('ko', )), ('en', ('en', ))])
def test_pictures_are_in_the_languages_of_the_page_where_there_is_a_font(
        language, languages, monkeypatch):
    monkeypatch.setattr(fonts, 'korean_font_file', lambda file=None: fonts.latin_font_file())
    writing = Writing.of(language)
    assert (writing.page, writing.picture, writing.notes) == (languages, languages, ())


@pytest.mark.parametrize('language', ['both', 'ko', 'en'])
def test_the_page_says_that_pictures_are_english_only_where_they_are_not_as_wanted(
        language, no_korean_font, tmp_path):
    writing = Writing.of(language)
    assert writing.picture == ('en', )
    result, html = written(tmp_path, writing)
    noted = ['picture is English' in note.en for note in result.all_notes]
    assert noted == ([] if language == 'en' else [True])
    # the page itself is in what was asked for
    korean, english = '허리 휨 없음' in html, 'no lower-back sag' in html
    assert (korean, english) == (language != 'en', language != 'ko')
    # drawing again in another language takes the note back
    again = Outputs(tmp_path, False, False, Writing.of('en'))
    write_outputs(result, make_result()[1], again, lambda *a: None, Stopwatch())
    assert result.all_notes == []


def test_what_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(InferenceError, match='language has to be one of'):
        Writing.of('fr')
    with pytest.raises(InferenceError, match='missing or not a TrueType'):
        Writing.of('ko', tmp_path / 'none.ttf')


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.open, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ('meta', 'img', 'br'):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ('style', ):
            self.texts.append(data)


@pytest.mark.parametrize('repetitions', [0, 1, 6, 300])
@pytest.mark.parametrize('faults', [0, 5])
def test_the_page_is_whole_and_says_everything(repetitions, faults, tmp_path):
    result, html = written(tmp_path, repetitions=repetitions, faults=faults)
    page = Page()
    page.feed(html)
    assert page.open == [] and 'src="http' not in html
    text = ' '.join(page.texts)
    report = tell(result, ('en', ))
    for row in report.rows:
        assert row.name.main in text and (row.verdict != 'broken' or row.advice.main in text)
    assert page.tags.count('img') == faults + (2 if repetitions else 0)


def test_names_are_text_wherever_they_stand(tmp_path):
    hostile = '<b>&"\'</title><script>alert(1)</script>'
    _, html = written(tmp_path, name=hostile, faults=0, repetitions=0)
    page = Page()
    page.feed(html)
    assert 'b' not in page.tags[page.tags.index('main'):][:3] and 'script' not in page.tags
    assert hostile in page.texts and any(text.startswith(hostile) for text in page.texts[2:])


def inside(image, margin=60):
    """Whether the margins of a page are empty."""
    pixels = np.asarray(image.convert('L')).astype(int)
    return (pixels[:, :margin] == 255).all() and (pixels[:, -margin:] == 255).all() and (
        pixels[:40] == 255).all() and (pixels[-40:] == 255).all()


@pytest.mark.parametrize('change', [
    dict(), dict(faults=5), dict(faults=0, repetitions=0), dict(repetitions=300),
    dict(box=(5, 80, 315, 120)), dict(box=(150, 2, 160, 178)),
    dict(name='x' * 300), dict(name='a ' * 150)],
    ids=['plain', 'all faults', 'nothing', 'long', 'wide', 'tall', 'long name', 'many words'])
def test_nothing_leaves_the_picture(change, tmp_path):
    for writing in (ENGLISH, Writing.of('both')):
        written(tmp_path, writing, **change)
        with Image.open(tmp_path / PAGE) as image:
            assert image.width == 1240 and inside(image)


def test_text_beside_a_wide_key_frame_keeps_its_room(monkeypatch, tmp_path):
    lefts = []
    write = Ink.write
    monkeypatch.setattr(Ink, 'write', lambda self, *args, left=None, **kwargs: (
        lefts.append(left or 0), write(self, *args, left=left, **kwargs)))
    report = tell(make_result()[0], ('en', ))
    wide = {moment: np.zeros((40, 900, 3), np.uint8) for moment in report.moments}
    write_page(tmp_path / PAGE, report, wide, ENGLISH)
    assert max(lefts) < 1240 * 0.75
    with Image.open(tmp_path / PAGE) as image:
        assert inside(image)


def test_a_word_wider_than_its_line_is_broken():
    font = ENGLISH.font(20)
    lines = wrapped('short ' + 'W' * 50 + ' end', font, 200)
    assert ''.join(lines).replace(' ', '') == 'short' + 'W' * 50 + 'end'
    assert max(map(font.getlength, lines)) <= 200


def test_bars_are_whole_pixels_and_their_numbers_fit():
    line = Timeline(10.0, ((1, 3), (3, 5), (5, 5.4)), ())
    assert line.repetition_bars(100, 8) == [Bar(10, 29, '1'), Bar(30, 49, '2'), Bar(50, 53)]
    assert line.repetition_bars(100) == [Bar(10, 29), Bar(30, 49), Bar(50, 53)]


@pytest.mark.parametrize('count', [300, 900, 5000])
def test_bars_of_many_repetitions_do_not_lie_on_each_other(count):
    spans = tuple((i * 600 / count, (i + 1) * 600 / count) for i in range(count))
    line = Timeline(600.0, spans, ((Said('fault'), spans), ))
    for bars in (line.repetition_bars(840, 7), line.fault_bars(840)[0][1]):
        assert all(a.right <= b.left for a, b in pairwise(bars))
        assert bars[0].left == 0 and 838 <= bars[-1].right <= 840
        assert all(bar.label == '' and bar.right > bar.left for bar in bars)


def test_the_page_numbers_only_bars_that_are_wide_enough(tmp_path):
    def numbers(count):
        seconds = 2 * count + 2
        result, _ = make_result(repetitions=count, seconds=seconds, frames=seconds,
                                size=(64, 36), box=(10, 5, 40, 30))
        write_html(tmp_path / HTML, tell(result, ('en', )), {})
        return re.findall(r'%">(\d+)<', (tmp_path / HTML).read_text('utf-8'))

    assert numbers(6) == list('123456') and numbers(300) == []


def test_a_key_moment_is_the_same_in_every_language():
    result = make_result()[0]
    assert tell(result, ('ko', )).moments == tell(result, ('en', 'ko')).moments
    assert KeyMoment(1.0, (3, )) in {KeyMoment(1.0, (3, )): 'picture'}
