#!/usr/bin/env bash
# Trains on several GPUs: tools/dist_train.sh CONFIG GPUS [arguments of train.py]
# Environment: NNODES, NODE_RANK, MASTER_ADDR, PORT for several machines.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 2,3p "$0" >&2; exit 2; }
config=$1 gpus=$2
torchrun --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" \
    --master_addr "${MASTER_ADDR:-127.0.0.1}" --master_port "${PORT:-29500}" \
    --nproc_per_node "$gpus" \
    "$(dirname "$0")/train.py" "$config" --launcher pytorch "${@:3}"
