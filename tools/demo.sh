#!/usr/bin/env bash
# The main jobs from nothing: sample data, index, training, test, figures, and a video judged. Stop it
# at any moment and start it again: what is finished is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

images=data/fitness_sample
labels=data/fitness_sample_labels
recogniser=work_dirs/demo_tsm_r18_heatmap
pose=work_dirs/demo_pose_r18
posture=work_dirs/demo_posture
video=work_dirs/demo_video

step=start
step() { step=$*; printf '\n== %s\n' "$*"; }
first=
stopped() {
    [ "$1" = 0 ] && return
    [ -z "$first" ] || kill -- "-$first" 2> /dev/null || true
    printf '\ndemo.sh: stopped at step %s; what is finished is kept, make demo goes on\n' "$step" >&2
}
trap 'stopped $?' EXIT
checkpoint() { echo "$1/$(basename "$(cat "$1/last_checkpoint")")"; }
train() {  # data root, config, work directory; every line says whose it is
    FITNESS_DATA_ROOT=$1 python tools/train.py "configs/demo/$2.py" --work-dir "$3" --resume $amp 2>&1 |
        sed -u "s/^/[$2] /"
}

# Half precision where the processor computes in it, and half of the cores for each of two trainings.
amp=
if grep -qs avx512_bf16 /proc/cpuinfo; then amp=--amp; fi
cores=$(python -c 'import os
count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
print(max(count // 2, 1))')

step "1/6 generating the sample: images of 120 clips, and the labels of 4,800 more by other people"
python tools/data/make_sample.py --out "$images" --preset small --seed 0
python tools/data/make_sample.py --out "$labels" --preset medium --clips 8 --seed 1 --labels-only
step "2/6 indexing it"
python tools/data/prepare.py --root "$images"
python tools/data/prepare.py --root "$labels" --labels-only 640x360
step "3/6 training two at a time: the heatmap recogniser; the pose estimator, then posture judgement"
export OMP_NUM_THREADS=$cores
set -m  # a process group of its own for the job in the background, to stop all of it
train "$images" demo_tsm_r18_heatmap "$recogniser" &
first=$!
set +m
train "$images" demo_pose_r18 "$pose"
train "$labels" demo_posture_keypoints "$posture"
wait "$first"
first=
unset OMP_NUM_THREADS
step "4/6 testing the recogniser on performers it has not seen, drawing figures"
FITNESS_DATA_ROOT=$images python tools/test.py configs/demo/demo_tsm_r18_heatmap.py \
    "$(checkpoint "$recogniser")" --work-dir "$recogniser"
python tools/analysis/plot_run.py "$recogniser"
step "5/6 calibrating posture judgement with the pose estimator's keypoints"
FITNESS_DATA_ROOT=$images python tools/test.py configs/demo/demo_pose_keypoints.py \
    "$(checkpoint "$pose")" --work-dir "$pose/keypoints"
FITNESS_DATA_ROOT=$images python tools/test.py configs/demo/demo_posture_keypoints.py \
    "$(checkpoint "$posture")" --work-dir "$posture/predicted" --cfg-options \
    test_dataloader.dataset.subset=all \
    test_dataloader.dataset.keypoints_from="$pose/keypoints/anomalies/keypoints.npz"
python tools/analysis/posture.py "$posture/predicted" --out "$posture"
step "6/6 judging a video of somebody whom no network has seen"
printf 'planted faults: elbows fixed in place (팔꿈치 위치 고정), no shrugging at the top (수축 시 어깨 으쓱 없음); 6 repetitions\n'
test -e "$video/curl.json" || python tools/data/make_video.py "$video/curl.mp4" --view C \
    --exercise 'dumbbell curl' --performer 8 --reps 6 --seconds 20 \
    --faults '팔꿈치 위치 고정' '수축 시 어깨 으쓱 없음'
python tools/infer.py "$video/curl.mp4" --pose demo --posture demo --out "$video/judged"

printf '\ncheckpoint      %s\n' "$(checkpoint "$recogniser")"
printf 'log             %s\n' "$(ls -t "$recogniser"/*/*.log | head -n 1)"
printf 'open            %s\n' "$video/judged/report.html" "$video/judged/annotated.mp4"
