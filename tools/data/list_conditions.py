"""List posture conditions with their advice, as a Markdown page.

It needs no data set. docs/ko/feedback.md is what --lang ko writes.
"""

import argparse
import sys
from pathlib import Path

from fitness_mm.aihub.export.condition_page import condition_page
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.keypoints.joint_names import LANGUAGES
from fitness_mm.aihub.index.selection import select_exercises
from fitness_mm.files import replacing


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--lang', choices=LANGUAGES, default='en', help='(default: %(default)s)')
    parser.add_argument('--exercises', nargs='+', default=['all'], metavar='NAME',
                        help="all, seed for the original study's twelve, or English or Korean "
                        'names in quotes (default: all)')
    parser.add_argument('--out', type=Path, metavar='FILE.md', help='(default: the terminal)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    names = args.exercises
    try:
        exercises = select_exercises(names[0] if names in (['study'], ['all']) else names)
        page = condition_page(conditions_of(exercises), args.lang)
        if args.out is None:
            sys.stdout.reconfigure(encoding='utf-8')  # Korean in whatever locale
            sys.stdout.write(page)
        else:
            with replacing(args.out) as file:
                file.write_text(page, encoding='utf-8')
            print(f'wrote {args.out}')
    except FitnessError as error:
        sys.exit(f'list_conditions.py: {error}')
    except OSError as error:
        sys.exit(f'list_conditions.py: {error.filename or args.out}: {error.strerror or error}')


if __name__ == '__main__':
    main()
