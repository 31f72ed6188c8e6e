#!/usr/bin/env bash
# Tests under SLURM: tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [arguments of test.py]
# Environment: GPUS, GPUS_PER_NODE, CPUS_PER_TASK, SRUN_ARGS.
[ $# -ge 4 ] || { sed -n 2,3p "$0" >&2; exit 2; }
exec "$(dirname "$0")/slurm_launch.sh" test.py "$@"
