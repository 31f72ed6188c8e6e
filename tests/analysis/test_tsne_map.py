from pathlib import Path

import matplotlib
import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from fitness_mm import fonts
from fitness_mm.analysis.features.embed import tsne_map
from fitness_mm.analysis.features.separation import silhouette
from fitness_mm.analysis.features.tsne_plot import Panel, class_style, plot_maps
from fitness_mm.errors import FitnessError
from fitness_mm.fonts import korean_font

GROUP = np.arange(60) * 3 // 60


def fixed_features() -> np.ndarray:
    """Three groups of twenty in sixteen dimensions, by arithmetic rather than by a generator."""
    i, j = np.mgrid[:60, :16]
    return (np.sin(0.37 * (i + 1) * (j + 1)**1.5) + 2 * (j % 3 == GROUP[i])).astype(np.float32)


def test_golden_numbers_of_the_map_of_fixed_features():
    points = tsne_map(fixed_features())
    np.testing.assert_array_equal(points, tsne_map(fixed_features()))
    # Coordinates differ from machine to machine; these do so in the third digit (features
    # multiplied by 1 + 1e-7 to 1 + 1e-5 gave 0.910 to 0.914, 0.965 to 0.968 and 9.4 to 11.8).
    assert silhouette(points, GROUP) == pytest.approx(0.913, abs=0.01)
    assert trustworthiness(fixed_features(), points) == pytest.approx(0.9654, abs=0.008)
    assert np.ptp(points, 0) == pytest.approx([10.6, 10.6], abs=2.5)


def test_few_points_have_a_map():
    assert tsne_map(fixed_features()[::12]).shape == (5, 2)


def test_every_class_of_the_catalogue_has_its_own_look():
    looks = {tuple(class_style(c).values()) for c in range(41)}
    assert len(looks) == 41
    # and without colours, eleven can be told apart
    assert len({class_style(c)['marker'] for c in range(12)}) == 11


def test_the_legend_and_a_second_panel_take_their_room_outside_the_points(tmp_path):
    panel = Panel('a', tsne_map(fixed_features()), GROUP, 'numbers')
    names = ('squat', 'row', 'curl')
    images = [matplotlib.image.imread(plot_maps([[panel] * n], names, tmp_path / f'{n}.png'))
              for n in (1, 2)]
    assert images[0].shape[1] >= 1000 and images[1].shape[1] > images[0].shape[1]
    # one marker of every class in the strip below the panels
    strip = images[1][-120:, :, :3].reshape(-1, 3)
    for c in range(3):
        colour = matplotlib.colors.to_rgb(class_style(c)['color'])
        assert (np.abs(strip - colour).max(1) < 0.02).sum() > 20


def test_a_font_without_korean_letters_is_refused():
    dejavu = matplotlib.font_manager.findfont('DejaVu Sans')
    with pytest.raises(FitnessError, match='has no Korean letters'):
        korean_font(dejavu)


def test_a_file_that_is_no_font_is_refused(tmp_path):
    (tmp_path / 'font.ttf').write_text('none')
    for name in ('font.ttf', 'missing.ttf'):
        with pytest.raises(FitnessError, match='missing or not a TrueType'):
            korean_font(tmp_path / name)


@pytest.fixture
def only_bundled(monkeypatch):
    """A machine whose matplotlib knows its own fonts alone."""
    manager = matplotlib.font_manager.fontManager
    bundled = [entry for entry in manager.ttflist
               if entry.name in ('DejaVu Sans', 'Last Resort High-Efficiency')]
    assert bundled
    monkeypatch.setattr(manager, 'ttflist', bundled)
    monkeypatch.setattr(matplotlib.font_manager, 'findSystemFonts', lambda: [])
    fonts._installed.cache_clear()
    yield bundled
    fonts._installed.cache_clear()


def test_without_any_font_the_message_says_what_to_install(only_bundled):
    with pytest.raises(FitnessError, match=r'fonts-nanum .* --font'):
        korean_font()
    assert fonts.font_families() == ['DejaVu Sans']
    assert fonts.exercise_title('barbell row') == 'barbell row'


def test_a_font_that_was_installed_after_matplotlib_is_found(only_bundled, monkeypatch):
    new = only_bundled[0].fname
    monkeypatch.setattr(matplotlib.font_manager.fontManager, 'ttflist', [])
    monkeypatch.setattr(matplotlib.font_manager, 'findSystemFonts', lambda: ['/none.ttf', new])
    monkeypatch.setattr(fonts, '_has_korean', lambda file: file == new)
    assert fonts.korean_font_file() == new
    assert fonts.exercise_title('barbell row') == 'barbell row 바벨 로우'
    assert fonts.exercise_title('not in the catalogue') == 'not in the catalogue'


def test_figures_are_written_with_the_very_file_that_was_chosen(monkeypatch):
    """Families have faces of which matplotlib may choose another, as where all claim one weight."""
    monkeypatch.setattr(fonts, '_has_korean', lambda file: True)
    regular = fonts.latin_font_file()
    bold = fonts.bold_file(regular)
    assert (Path(regular).name, Path(bold).name) == ('DejaVuSans.ttf', 'DejaVuSans-Bold.ttf')
    for file in (bold, regular):
        assert matplotlib.font_manager.findfont(korean_font(file)) == file
    assert fonts.bold_file(bold) == bold
