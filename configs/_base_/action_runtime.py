_base_ = 'default_runtime.py'

custom_hooks = [*_base_.custom_hooks, dict(type='ClassCountHook')]
# Where MMAction2's inference_recognizer looks; it has no person to crop to, which this step says.
test_pipeline = [dict(type='SampleLabelledFrames')]
