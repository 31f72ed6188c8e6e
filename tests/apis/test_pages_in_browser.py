"""Reports and the audit's page, laid out by a browser on a phone and on a desk."""

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from results import make_result

from fitness_mm import fonts
from fitness_mm.analysis.audit.files import write_audit
from fitness_mm.analysis.audit.rejects import Reject
from fitness_mm.analysis.audit.state import inspect
from fitness_mm.apis.report.html import write_html
from fitness_mm.apis.report.key_frames import key_frames
from fitness_mm.apis.report.language import Writing
from fitness_mm.apis.report.model import tell

BROWSER = next(filter(None, map(shutil.which, (
    'chromium', 'chromium-browser', 'google-chrome', 'chrome'))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason='no Chromium or Chrome is installed')
WIDTHS = (390, 1280)
HOSTILE = '<script>alert(1)</script><b>\x1b[31m\u202egpj.' + 'Donaudampfschiff' * 12 + '스쿼트' * 40
# Browsers have no windows as narrow as a phone, but a frame in a page has any width.
PROBE = '''<script>addEventListener('load', () => {
  const scrolls = e => getComputedStyle(e).overflowX !== 'visible';
  const inside = e => { for (let p = e.parentElement; p; p = p.parentElement)
    if (scrolls(p)) return true; return false; };
  const name = e => e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 40);
  const measured = [...document.querySelectorAll('iframe')].map(frame => {
    const page = frame.contentDocument, width = frame.contentWindow.innerWidth;
    page.querySelectorAll('details').forEach(e => e.open = true);
    const all = [...page.body.querySelectorAll('*')];
    return {
      width: width, page: page.documentElement.scrollWidth, elements: all.length,
      beyond: all.filter(e => e.getBoundingClientRect().right > width + 0.5
        && !inside(e)).map(name),
      overfull: all.filter(e => getComputedStyle(e).display !== 'inline' && !scrolls(e)
        && e.scrollWidth > e.clientWidth + 1).map(name),
      stretched: [...page.images].filter(e => Math.abs(
        e.naturalWidth / e.naturalHeight * e.height / e.width - 1) > 0.05).map(name),
      scripts: page.scripts.length, unnamed: [...page.images].filter(e => !e.alt).length};
  });
  document.body.replaceChildren(JSON.stringify(measured));
});</script>'''


def laid_out(pages, folder):
    """What the browser measures of each page at each width."""
    frames = ''.join(f'<iframe style="width:{width}px;height:800px;border:0" '
                     f'srcdoc="{html.escape(page)}"></iframe>'
                     for page in pages for width in WIDTHS)
    (folder / 'all.html').write_text(f'<!doctype html><meta charset=utf-8>{frames}{PROBE}', 'utf-8')
    ran = subprocess.run(
        [BROWSER, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
         f'--user-data-dir={folder}/profile', '--dump-dom', (folder / 'all.html').as_uri()],
        capture_output=True, text=True, encoding='utf-8', timeout=120)
    measured = json.loads(html.unescape(re.search(r'\[\{.*\}\]', ran.stdout, re.S)[0]))
    assert [m['width'] for m in measured] == list(WIDTHS) * len(pages)
    return measured


def report_page(folder, language, font=True, **kwargs):
    result, _ = make_result(**kwargs)
    with pytest.MonkeyPatch.context() as patch:
        if not font:
            patch.setattr(fonts, '_installed', lambda: None)
        writing = Writing.of(language)
    result.drawing_notes = list(writing.notes)
    report = tell(result, writing.page)
    image = np.full((*result.size[::-1], 3), 120, np.uint8)
    write_html(folder / 'page.html', report, key_frames(
        result, report.moments, {moment.time: image for moment in report.moments}))
    return (folder / 'page.html').read_text('utf-8')


@needs_browser
def test_no_page_is_wider_than_its_window(sample_root, tmp_path):
    long = dict(name=HOSTILE, repetitions=300, faults=5)
    pages = [report_page(tmp_path, language, **kwargs) for language, kwargs in (
        ('en', {}), ('ko', {}), ('both', {}), ('both', long), ('en', dict(repetitions=12)),
        ('both', dict(repetitions=0, faults=0)), ('ko', dict(box=(5, 80, 315, 120))),
        ('en', dict(box=(150, 2, 160, 178), size=(180, 320))))]
    pages.append(report_page(tmp_path, 'both', font=False))
    state = inspect(sample_root)
    reject = Reject('files', HOSTILE, HOSTILE, 1, (HOSTILE, ))
    state = replace(state, rejects=[reject], days_without_labels=[HOSTILE])
    write_audit(state, tmp_path / 'audit', 2)
    pages.append((tmp_path / 'audit' / 'audit.html').read_text('utf-8'))
    assert not any(letter in page for page in pages for letter in HOSTILE if not
                   letter.isprintable())
    for number, measured in enumerate(laid_out(pages, tmp_path)):
        assert measured['elements'] > 20
        for fault in ('beyond', 'overfull', 'stretched'):
            assert measured[fault] == [], (number, measured['width'], fault)
        assert measured['page'] == measured['width'] and measured['scripts'] == 0
        assert measured['unnamed'] == 0


@needs_browser
def test_what_is_too_wide_is_seen(tmp_path):
    image = '<img alt="" width=80 height=20 src="data:image/svg+xml,' + html.escape(
        '<svg xmlns=\'http://www.w3.org/2000/svg\' width=\'20\' height=\'20\'/>') + '">'
    phone, desk = laid_out([f'<p style="width:500px">wide</p>{image}'
                            f'<p style="width:20px">unbreakable</p>'], tmp_path)
    assert [e.split()[-1] for e in phone['beyond']] == ['wide'] and desk['beyond'] == []
    assert len(phone['stretched']) == phone['unnamed'] == 1
    assert [e.split()[-1] for e in phone['overfull']] == ['unbreakable']
