_base_ = 'lstm.py'

model = dict(cls_head=dict(bidirectional=True))
