"""List posture conditions with their advice, as a Markdown page.

It needs no data set. docs/ko/feedback.md is what --lang ko writes.
"""

import argparse
import sys
from pathlib import Path

from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.aihub.export.condition_page import condition_page
from fitness_mm.aihub.index import select_exercises
from fitness_mm.errors import plain_errors
from fitness_mm.files import check_output, replacing
from fitness_mm.keypoints.joint_names import LANGUAGES


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--lang', choices=LANGUAGES, default='en', help='(default: %(default)s)')
    parser.add_argument('--exercises', nargs='+', default=['all'], metavar='NAME',
                        help="all, study for the original study's twelve, or English or "
                        'Korean names in quotes (default: all)')
    parser.add_argument('--out', type=Path, metavar='FILE.md', help='(default: the terminal)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    names = args.exercises
    exercises = select_exercises(names[0] if names in (['study'], ['all']) else names)
    page = condition_page(conditions_of(exercises), args.lang)
    if args.out is None:
        sys.stdout.reconfigure(encoding='utf-8')  # Korean in whatever locale
        sys.stdout.write(page)
        return
    check_output(args.out)
    with replacing(args.out) as file:
        file.write_text(page, encoding='utf-8')
    print(f'wrote {args.out}')


if __name__ == '__main__':
    with plain_errors():
        main()
