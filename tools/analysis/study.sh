#!/usr/bin/env bash
# The classification study: trains every model once per fold of performers, tests it on held-out and
# on training performers, then writes the tables, in which every performer has been held out once,
# and the t-SNE maps, of the first fold. Stop it at any moment and start it again: a fold is finished
# when its reports exist, a training goes on from its last epoch. Delete a model's folder to have it
# trained anew.
#
#   tools/analysis/study.sh
#   CONFIGS="configs/recognition/tsm_r50_fitness.py configs/tsm_r50_heatmap_fitness.py" \
#       FITNESS_DATA_ROOT=data/fitness STUDY_DIR=work_dirs/full tools/analysis/study.sh
#
# Environment:
#   FITNESS_DATA_ROOT  prepared data root             default: data/fitness_sample
#   STUDY_DIR          where everything goes          default: work_dirs/study
#   CONFIGS            models, the baseline first     default: all of configs/study
#   FOLDS              number of folds                default: 2
#   RGB, HEATMAP       names of the two models whose maps are compared
#   TRAIN_ARGS         more arguments for tools/train.py, e.g. --amp
#   OPTIONS            settings of the configs to override, e.g. train_cfg.max_epochs=1
set -euo pipefail
cd "$(dirname "$0")/../.."

export FITNESS_DATA_ROOT=${FITNESS_DATA_ROOT:-data/fitness_sample}
study=${STUDY_DIR:-work_dirs/study}
folds=${FOLDS:-2}
rgb=${RGB:-tsm_r18}
heatmap=${HEATMAP:-tsm_r18_heatmap}
configs=${CONFIGS:-configs/study/$rgb.py $(find configs/study -name '*.py' ! -name "$rgb.py" | sort)}

step=start
step() { step=$*; printf '\n== %s\n' "$*"; }
stopped() {
    [ "$1" = 0 ] ||
        printf '\nstudy.sh: stopped at: %s; what is finished is kept, the same again goes on\n' "$step" >&2
}
trap 'stopped $?' EXIT
last_checkpoint() { echo "$1/$(basename "$(cat "$1/last_checkpoint")")"; }

# Settings of a fold; then the user's.
options() {
    for loader in train val test; do
        echo "${loader}_dataloader.dataset.num_folds=$folds ${loader}_dataloader.dataset.fold=$1"
    done
    echo "${OPTIONS:-}"
}

models=()
for config in $configs; do
    model=$study/$(basename "$config" .py)
    models+=("$model")
    for ((fold = 0; fold < folds; fold++)); do
        work_dir=$model/fold$fold
        if [ -f "$work_dir/train/accuracy.json" ]; then
            step "$work_dir is finished"
            continue
        fi
        step "training $config, fold $fold of $folds"
        # shellcheck disable=SC2046,SC2086  # several arguments
        python tools/train.py "$config" --work-dir "$work_dir" --resume ${TRAIN_ARGS:-} \
            --cfg-options $(options $fold)
        checkpoint=$(last_checkpoint "$work_dir")
        step "testing $checkpoint on held-out performers"
        # shellcheck disable=SC2046
        python tools/test.py "$config" "$checkpoint" --work-dir "$work_dir" \
            --cfg-options $(options $fold)
        step "testing it on training performers"
        # shellcheck disable=SC2046
        python tools/test.py "$config" "$checkpoint" --work-dir "$work_dir/train" \
            --cfg-options $(options $fold) test_dataloader.dataset.subset=train
    done
done

step "tables"
python tools/analysis/results.py "${models[@]}" --out "$study/report"

for name in "$rgb" "$heatmap"; do
    if [ ! -f "$study/$name/fold0/last_checkpoint" ]; then
        step "no t-SNE maps: $name is not among the models; set RGB and HEATMAP"
        exit 0
    fi
done
model() { echo "$1"/fold0/*.py "$(last_checkpoint "$1/fold0")"; }
# shellcheck disable=SC2046  # a config and a checkpoint are two arguments
tsne() { python tools/analysis/tsne.py $(model "$study/$rgb") "$@"; }
step "t-SNE maps"
# shellcheck disable=SC2046
tsne --compare $(model "$study/$heatmap") --out "$study/report/tsne.png"
# shellcheck disable=SC2046
tsne --compare $(model "$study/$heatmap") --classes 2 3 5 --out "$study/report/tsne_confusable.png"
tsne --by view --out "$study/report/tsne_by_view.png"
