#!/usr/bin/env bash
# The classification study: trains every model, tests it on held-out and on training performers,
# then writes the tables and the t-SNE maps. Stop it at any moment and start it again: a model is
# finished when its reports exist, a training goes on from its last epoch. Delete a model's folder
# to have it trained anew.
#
#   tools/analysis/study.sh
#   CONFIGS="configs/tsm_r50_fitness.py configs/tsm_r50_heatmap_fitness.py" \
#       FITNESS_DATA_ROOT=data/fitness STUDY_DIR=work_dirs/full tools/analysis/study.sh
#
# Environment:
#   FITNESS_DATA_ROOT  prepared data root             default: data/fitness_sample
#   STUDY_DIR          where everything goes          default: work_dirs/study
#   CONFIGS            models, the baseline first     default: all of configs/study
#   RGB, HEATMAP       names of the two models whose maps are compared
#   TRAIN_ARGS         more arguments for tools/train.py, e.g. --amp
#   OPTIONS            settings of the configs to override, e.g. train_cfg.max_epochs=1
set -euo pipefail
cd "$(dirname "$0")/../.."

export FITNESS_DATA_ROOT=${FITNESS_DATA_ROOT:-data/fitness_sample}
study=${STUDY_DIR:-work_dirs/study}
rgb=${RGB:-tsm_r18}
heatmap=${HEATMAP:-tsm_r18_heatmap}
configs=${CONFIGS:-configs/study/$rgb.py $(find configs/study -name '*.py' ! -name "$rgb.py" | sort)}

step() { printf '\n== %s\n' "$*"; }
last_checkpoint() { echo "$1/$(basename "$(cat "$1/last_checkpoint")")"; }

work_dirs=()
for config in $configs; do
    work_dir=$study/$(basename "$config" .py)
    work_dirs+=("$work_dir")
    if [ -f "$work_dir/train/accuracy.json" ]; then
        step "$work_dir is finished"
        continue
    fi
    step "training $config"
    # shellcheck disable=SC2086  # both variables hold several arguments
    python tools/train.py "$config" --work-dir "$work_dir" --resume ${TRAIN_ARGS:-} \
        ${OPTIONS:+--cfg-options $OPTIONS}
    checkpoint=$(last_checkpoint "$work_dir")
    step "testing $checkpoint on held-out performers"
    # shellcheck disable=SC2086
    python tools/test.py "$config" "$checkpoint" --work-dir "$work_dir" ${OPTIONS:+--cfg-options $OPTIONS}
    step "testing it on training performers"
    # shellcheck disable=SC2086
    python tools/test.py "$config" "$checkpoint" --work-dir "$work_dir/train" \
        --cfg-options test_dataloader.dataset.subset=train ${OPTIONS:-}
done

step "tables"
baseline=$(basename "${work_dirs[0]}")
python tools/analysis/results.py "${work_dirs[@]}" --baseline "$baseline" --out "$study/report"

for name in "$rgb" "$heatmap"; do
    if [ ! -f "$study/$name/last_checkpoint" ]; then
        step "no t-SNE maps: $name is not among the models; set RGB and HEATMAP"
        exit 0
    fi
done
model() { echo "$1"/*.py "$(last_checkpoint "$1")"; }
# shellcheck disable=SC2046  # a config and a checkpoint are two arguments
tsne() { python tools/analysis/tsne.py $(model "$study/$rgb") "$@"; }
step "t-SNE maps"
# shellcheck disable=SC2046
tsne --compare $(model "$study/$heatmap") --out "$study/report/tsne.png"
# shellcheck disable=SC2046
tsne --compare $(model "$study/$heatmap") --classes 2 3 5 --out "$study/report/tsne_confusable.png"
tsne --by view --out "$study/report/tsne_by_view.png"
