"""An LSTM over the frames' features, as the original study put it behind ResNet-50."""

from __future__ import annotations

import torch
from mmaction.models import BaseHead
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from fitness_mm.errors import ArgumentError

POOLINGS = ('last', 'mean', 'attention')


@MODELS.register_module()
class LSTMHead(BaseHead):
    """Frame features to an LSTM, its outputs pooled over time, and an MLP to class scores.

    Works behind any 2D backbone of a ``Recognizer2D``. The clip's feature passes through the
    parameterless module ``feature``, where a forward hook can read it.

    A sample may carry ``frame_mask``, bool (T,): frames that are False, such as repeats that fill
    up a short clip, are left out of the sequence, wherever they are. :class:`SampleLabelledFrames`
    makes it; the recogniser sees it if ``PackActionInputs`` names it in ``algorithm_keys``.

    Args:
        num_classes: Number of classes.
        in_channels: Channels of the backbone's feature.
        num_segments: Frames of one sequence; the scores of a sample's sequences are averaged as
            ``average_clips`` says. None makes one sequence of all frames of a sample.
        hidden_size: Of the LSTM, per direction.
        num_layers: Of the LSTM.
        bidirectional: Whether a second LSTM reads the frames backwards.
        pooling: ``last``, each direction's final state (for the backward one, at the first
            frame), or the ``mean`` of all outputs, or their ``attention``-weighted sum with a
            learnt score per frame.
        mlp_width: Of the hidden layer before the scores.
        dropout_ratio: Before each layer of the MLP and between layers of the LSTM.
        loss_cls: Config of the loss.
        **kwargs: Those of :class:`mmaction.models.BaseHead`.

    Raises:
        ArgumentError: If there is no such pooling.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 num_segments: int | None = None,
                 hidden_size: int = 512,
                 num_layers: int = 1,
                 bidirectional: bool = False,
                 pooling: str = 'last',
                 mlp_width: int = 256,
                 dropout_ratio: float = 0.0,
                 loss_cls: dict = dict(type='CrossEntropyLoss'),  # noqa: B006, the hosts' way
                 **kwargs) -> None:
        super().__init__(num_classes, in_channels, loss_cls, **kwargs)
        if pooling not in POOLINGS:
            raise ArgumentError(f'pooling has to be one of {POOLINGS}, but got {pooling!r}')
        self.num_segments, self.pooling = num_segments, pooling
        self.lstm = nn.LSTM(
            in_channels, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional,
            dropout=dropout_ratio if num_layers > 1 else 0.0)
        self.feature_dim = hidden_size * (2 if bidirectional else 1)
        if pooling == 'attention':
            self.attention = nn.Linear(self.feature_dim, 1, bias=False)
        self.feature = nn.Identity()
        self.mlp = nn.Sequential(
            nn.Dropout(dropout_ratio), nn.Linear(self.feature_dim, mlp_width),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout_ratio), nn.Linear(mlp_width, num_classes))

    def forward(self, x: Tensor, num_segs: int, mask: Tensor | None = None, **kwargs) -> Tensor:
        """Class scores of every sequence.

        Args:
            x: Features of the frames, shape (N x T, C, H, W) or (N x T, C).
            num_segs: Frames of a sample; the recogniser gives it.
            mask: Which frames count, bool, of N x T elements; all of them if None.
            **kwargs: What a recogniser says that an LSTM has no use for.

        Returns:
            Shape (N, num_classes).

        Raises:
            ArgumentError: If the frames are not whole sequences, or none of a sequence counts.
        """
        t = self.num_segments or num_segs
        if x.ndim not in (2, 4) or len(x) % t:
            raise ArgumentError(
                f'LSTMHead takes frame features of shape (N x {t}, C, H, W), but got '
                f'{tuple(x.shape)}; num_segments of the head has to be the frames of a clip')
        if x.ndim == 4:
            x = x.mean(dim=(2, 3))  # (N * T, C)
        x = x.unflatten(0, (-1, t))  # (N, T, C)
        if mask is None:
            mask = x.new_ones(x.shape[:2], dtype=torch.bool)
        else:
            mask = mask.reshape(x.shape[:2])
        return self.mlp(self.feature(self._clip_feature(x, mask)))  # (N, num_classes)

    def loss(self, feats: Tensor, data_samples: SampleList, **kwargs) -> dict:
        """Losses, with the frames masked that the samples mask."""
        return super().loss(feats, data_samples, mask=self._mask(feats, data_samples), **kwargs)

    def predict(self, feats: Tensor, data_samples: SampleList, **kwargs) -> SampleList:
        """Predictions, with the frames masked that the samples mask."""
        return super().predict(feats, data_samples, mask=self._mask(feats, data_samples),
                               **kwargs)

    @staticmethod
    def _mask(feats: Tensor, data_samples: SampleList) -> Tensor | None:
        if not all('frame_mask' in sample for sample in data_samples):
            return None
        return torch.stack([sample.frame_mask for sample in data_samples]).to(feats.device)

    def _clip_feature(self, x: Tensor, mask: Tensor) -> Tensor:
        """Frame features (N, T, C) and which of them count (N, T) to (N, feature_dim)."""
        lengths = mask.sum(1)  # (N,)
        if not lengths.all():
            raise ArgumentError('frame_mask leaves a sequence without any frame; at least one has '
                                'to be True')
        # Frames that count come first, in their order; packing cuts off the others.
        order = (~mask).int().argsort(dim=1, stable=True)  # (N, T)
        x = x.take_along_dim(order[..., None], dim=1)
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, (final, _) = self.lstm(packed)
        if self.pooling == 'last':
            # (layers * directions, N, hidden): the last layer's directions side by side
            directions = 2 if self.lstm.bidirectional else 1
            return final[-directions:].transpose(0, 1).flatten(1)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True)  # (N, longest, feature_dim)
        counts = torch.arange(outputs.shape[1], device=x.device) < lengths[:, None]
        if self.pooling == 'mean':
            weights = counts / lengths[:, None]
        else:
            scores = self.attention(outputs).squeeze(-1)  # (N, longest)
            weights = scores.masked_fill(~counts, float('-inf')).softmax(dim=1)
        return (weights[..., None] * outputs).sum(1)  # (N, feature_dim)
