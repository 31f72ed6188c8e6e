#!/usr/bin/env bash
# Trains under SLURM: tools/slurm_train.sh PARTITION JOB_NAME CONFIG [arguments of train.py]
# Environment: GPUS, GPUS_PER_NODE, CPUS_PER_TASK, SRUN_ARGS.
[ $# -ge 3 ] || { sed -n 2,3p "$0" >&2; exit 2; }
exec "$(dirname "$0")/slurm_launch.sh" train.py "$@"
