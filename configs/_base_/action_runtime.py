_base_ = 'default_runtime.py'

# Where MMAction2's inference_recognizer looks; it has no person to crop to, which this step says.
test_pipeline = [dict(type='SampleLabelledFrames')]
