"""A result in a few lines of text, for the terminal."""

from __future__ import annotations

from fitness_mm.tables import probable

from .model import SYMBOLS


def summary_text(result: dict) -> str:
    """The lines for a prediction as :class:`~fitness_mm.apis.FitnessInferencer` returns it."""
    video, exercise = result['video'], result['exercise']
    lines = [f'video     {video["name"]}, {video["seconds"]:.1f} s']
    if exercise is not None:
        lines.append(f'exercise  {exercise["name"]} {exercise["name_ko"]} '
                     f'({probable(exercise["probability"])})')
    if result['repetitions'] is not None:
        lines.append(f'count     {result["repetitions"]["count"]}')
    for condition in result['conditions']:
        lines.append(f'{SYMBOLS[condition["verdict"]]:<10}{condition["name"]} '
                     f'{condition["name_ko"]}: {condition["verdict"]}')
        if condition['measured']:
            lines.append(f'          {condition["measured"]["text"]}')
        if condition['verdict'] == 'broken':
            lines += [f'          {condition["advice"]}', f'          {condition["advice_ko"]}']
    lines += [f'note      {note}' for note in result['notes']]
    stages = ', '.join(f'{stage} {seconds:.1f}' for stage, seconds in result['seconds'].items())
    return '\n'.join([*lines, f'seconds   {stages}'])
