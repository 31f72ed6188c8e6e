#!/usr/bin/env bash
# Tests on several GPUs: tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments of test.py]
# Environment: NNODES, NODE_RANK, MASTER_ADDR, PORT for several machines.
set -euo pipefail
[ $# -ge 3 ] || { sed -n 2,3p "$0" >&2; exit 2; }
config=$1 checkpoint=$2 gpus=$3
torchrun --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" \
    --master_addr "${MASTER_ADDR:-127.0.0.1}" --master_port "${PORT:-29500}" \
    --nproc_per_node "$gpus" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "${@:4}"
