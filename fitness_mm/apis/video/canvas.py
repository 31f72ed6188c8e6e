"""Pictures in the colours of video, which are decoded, drawn on and encoded without a detour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

Planes = Sequence[np.ndarray]
"""Brightness, uint8 (H, W), and two of colour of half that width and height, rounded up."""


@dataclass(frozen=True)
class Colours:
    """What the numbers of a video mean, as FFmpeg numbers it.

    Attributes:
        space: How brightness and colour are made of red, green and blue.
        range: Whether black is 16 or 0.
        primaries: Which red, green and blue.
        transfer: From numbers to light.
    """

    space: int = int(Colorspace.ITU709)
    range: int = int(ColorRange.MPEG)
    primaries: int = int(ColorPrimaries.BT709)
    transfer: int = int(ColorTrc.BT709)

    @classmethod
    def of(cls, picture: av.VideoFrame) -> Colours:
        """Those of a decoded picture."""
        if picture.format.is_rgb:
            return cls()
        full = picture.format.name.startswith('yuvj')  # says the same as the range
        return cls(picture.colorspace or cls.space,
                   int(ColorRange.JPEG) if full else picture.color_range,
                   picture.color_primaries, picture.color_trc)

    @property
    def black(self) -> tuple[int, int, int]:
        """As planes have it."""
        return 0 if self.range == ColorRange.JPEG else 16, 128, 128

    def planes(self, image: np.ndarray) -> Planes:
        """Planes of an image, uint8 RGB (H, W, 3), H and W even."""
        picture = av.VideoFrame.from_ndarray(image, format='rgb24')
        return planes_of(picture.reformat(format='yuv420p', dst_colorspace=self.space,
                                          dst_color_range=self.range))

    def of_rgb(self, rgb: Sequence[tuple[int, int, int]]) -> np.ndarray:
        """Colours as planes have them, uint8 (N, 3)."""
        blocks = np.repeat(np.repeat(np.uint8(rgb)[None], 2, axis=0), 2, axis=1)
        return np.stack([plane[0, ::step] for plane, step in zip(self.planes(blocks), (2, 1, 1),
                                                                strict=True)], axis=1)


class Canvas:
    """A picture to draw on, black at first.

    Args:
        size: Width and height in pixels, even.
        colours: What its numbers mean.

    Attributes:
        frame: For an encoder.
        planes: What to draw on.
    """

    def __init__(self, size: tuple[int, int], colours: Colours) -> None:
        self.size, self.colours = size, colours
        self.frame = av.VideoFrame(*size, 'yuv420p')
        self.frame.colorspace, self.frame.color_range = colours.space, colours.range
        self.planes = planes_of(self.frame)
        self._palettes: dict[tuple, list[list[int]]] = {}
        for plane, black in zip(self.planes, colours.black, strict=True):
            plane[:] = black

    def paste(self, planes: Planes, x: int, y: int) -> None:
        """Puts a picture's upper left corner at a pixel, of which both numbers are even."""
        for plane, part, step in zip(self.planes, planes, (1, 2, 2), strict=True):
            height, width = part.shape
            plane[y // step:y // step + height, x // step:x // step + width] = part

    def parts(self, x: int, y: int, width: int, height: int) -> Planes:
        """A part of the planes, to draw on; all numbers are even."""
        return [plane[y // step:(y + height) // step, x // step:(x + width) // step]
                for plane, step in zip(self.planes, (1, 2, 2), strict=True)]

    def palette(self, rgb: tuple[tuple[int, int, int], ...]) -> list[list[int]]:
        """Colours (N, 3) as each plane has them, 3 times N."""
        if rgb not in self._palettes:
            self._palettes[rgb] = self.colours.of_rgb(rgb).T.tolist()
        return self._palettes[rgb]

    def fill(self, corners: tuple[int, int, int, int], rgb: tuple[int, int, int]) -> None:
        """Fills a rectangle of corners x1, y1, x2, y2, the latter two exclusive, with a colour."""
        x1, y1, x2, y2 = np.maximum(corners, 0)
        for plane, step, (value, ) in zip(self.planes, (1, 2, 2), self.palette((rgb, )),
                                          strict=True):
            plane[y1 // step:-(-y2 // step), x1 // step:-(-x2 // step)] = value

    def rgb(self) -> np.ndarray:
        """uint8 (H, W, 3)."""
        return self.frame.to_ndarray(format='rgb24')


def planes_of(picture: av.VideoFrame) -> Planes:
    """Views of a picture in the format yuv420p."""
    return [np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, :plane.width]
            for plane in picture.planes]
