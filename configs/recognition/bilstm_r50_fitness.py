_base_ = 'lstm_r50_fitness.py'

model = dict(cls_head=dict(bidirectional=True))
