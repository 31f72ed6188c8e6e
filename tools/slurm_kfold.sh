#!/usr/bin/env bash
# K-fold as a SLURM array, one task a fold, and a last job that merges the flags:
#   tools/slurm_kfold.sh PARTITION JOB_NAME CONFIG FOLDS [arguments of kfold.py]
# Environment: CPUS_PER_TASK, SBATCH_ARGS.
set -euo pipefail
[ $# -ge 4 ] || { sed -n 2,4p "$0" >&2; exit 2; }
partition=$1 job=$2 config=$3 folds=$4
kfold=(python -u "$(dirname "$0")/kfold.py" "$config" --folds "$folds")
submit() {
    # shellcheck disable=SC2086  # SBATCH_ARGS holds several arguments
    sbatch --parsable -p "$partition" --gres gpu:1 --cpus-per-task "${CPUS_PER_TASK:-5}" \
        ${SBATCH_ARGS:-} "$@"
}
quoted=$(printf '%q ' "${kfold[@]}" "${@:5}")
# --retrain belongs to the last job alone; with --fold, kfold.py leaves it aside.
array=$(submit --job-name "$job" --array "0-$((folds - 1))" \
    --wrap "$quoted --fold \$SLURM_ARRAY_TASK_ID")
echo "folds: job $array, merge:"
submit --job-name "$job-merge" --dependency "afterok:$array" --wrap "$quoted"
