#!/usr/bin/env bash
# The main job from nothing: sample data, index, training, test, figures. Stop it at any moment and
# start it again: what is finished is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

export FITNESS_DATA_ROOT=data/fitness_sample
config=configs/demo_tsm_r18_heatmap.py
work_dir=work_dirs/demo_tsm_r18_heatmap

step() { printf '\n== %s\n' "$*"; }

step "1/5 generating the sample data set in $FITNESS_DATA_ROOT"
python tools/data/make_sample.py --out "$FITNESS_DATA_ROOT" --preset small --seed 0 --workers 2
step "2/5 indexing its labels"
python tools/data/prepare.py --root "$FITNESS_DATA_ROOT"
step "3/5 training the heatmap recogniser"
python tools/train.py "$config" --work-dir "$work_dir" --resume
step "4/5 testing it on performers it has not seen"
checkpoint=$work_dir/$(basename "$(cat "$work_dir/last_checkpoint")")
python tools/test.py "$config" "$checkpoint" --work-dir "$work_dir"
step "5/5 drawing figures"
python tools/analysis/plot_run.py "$work_dir"

printf 'checkpoint      %s\n' "$checkpoint"
printf 'log             %s\n' "$(ls -t "$work_dir"/*/*.log | head -n 1)"
