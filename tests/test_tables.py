import pytest

from fitness_mm.tables import number, percent, probable


@pytest.mark.parametrize(('share', 'digits', 'said'), [
    (0, 0, '0%'), (1, 0, '100%'), (1.0, 2, '100.00%'), (0.004, 0, '1%'), (0.996, 0, '99%'),
    (0.99999, 2, '99.99%'), (1e-9, 1, '0.1%'), (0.615, 0, '62%'), (float('nan'), 2, '–')])
def test_only_all_is_called_all_and_only_nothing_nothing(share, digits, said):
    assert percent(share, digits) == said


def test_no_probability_is_called_certain():
    assert [probable(p) for p in (0.0, 0.004, 0.5, 0.999, 1.0)] == ['1%', '1%', '50%', '99%', '99%']


@pytest.mark.parametrize(('value', 'digits', 'said'), [
    (0.9999, 3, '0.999'), (0.9996, 2, '0.99'), (1.0, 2, '1.00'), (1.0004, 3, '1.000'),
    (-0.25, 2, '-0.25'), (12, 3, '12'), (None, 3, '–'), (0.5, 3, '0.500')])
def test_a_number_below_one_does_not_become_one(value, digits, said):
    assert number(value, digits) == said
