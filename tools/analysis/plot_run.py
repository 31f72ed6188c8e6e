"""Draws training curves and the confusion matrix of a run into its work directory."""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='work directory of tools/train.py, or the '
                        'folder of a checkpoint that tools/test.py leaves; that has no curves')
    work_dir = parser.parse_args().work_dir
    from fitness_mm.analysis.run_plots import describe_report, plot_confusion, plot_training
    from fitness_mm.clip_scores import read_accuracy_report

    file = work_dir / 'accuracy.json'
    report = read_accuracy_report(file)
    figures = [plot_confusion(report, work_dir / 'confusion.png')]
    if 'checkpoint' not in report or any(work_dir.glob('*/vis_data/scalars.json')):
        figures.insert(0, plot_training(work_dir, work_dir / 'training.png'))
    print(describe_report(report))
    print(f'numbers         {file}')
    print('figures        ', *figures)


if __name__ == '__main__':
    with plain_errors():
        main()
