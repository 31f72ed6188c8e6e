#!/usr/bin/env bash
# Tests under SLURM: tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [arguments of test.py]
# Environment: GPUS, GPUS_PER_NODE, CPUS_PER_TASK, SRUN_ARGS.
set -euo pipefail
[ $# -ge 4 ] || { sed -n 2,3p "$0" >&2; exit 2; }
partition=$1 job=$2 config=$3 checkpoint=$4
gpus=${GPUS:-8}
per_node=${GPUS_PER_NODE:-$((gpus < 8 ? gpus : 8))}
MASTER_PORT=${MASTER_PORT:-$((12000 + RANDOM % 20000))}
export MASTER_PORT
# shellcheck disable=SC2086  # SRUN_ARGS holds several arguments
srun -p "$partition" --job-name "$job" --gres "gpu:$per_node" --ntasks "$gpus" \
    --ntasks-per-node "$per_node" --cpus-per-task "${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} \
    python -u "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher slurm "${@:5}"
