"""Draws training curves and the confusion matrix of a run into its work directory."""

import argparse
import sys
from pathlib import Path

from fitness_mm.analysis.run_plots import plot_confusion, plot_training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='work directory of tools/train.py')
    work_dir = parser.parse_args().work_dir
    try:
        print(plot_training(work_dir, work_dir / 'training.png'))
        print(plot_confusion(work_dir / 'accuracy.json', work_dir / 'confusion.png'))
    except FileNotFoundError as error:
        sys.exit(f'plot_run.py: {error}')


if __name__ == '__main__':
    main()
