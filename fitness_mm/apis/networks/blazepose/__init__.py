"""BlazePose: 33 landmarks of a person in plain video, without the mediapipe package.

The two networks are those of MediaPipe 0.10 (``model_complexity=1``), run by LiteRT; what lies
before and behind them is written anew here, after that package's graph ``pose_landmark_cpu``
(Bazarevsky et al., *BlazePose: On-device Real-time Body Pose tracking*, 2020).
"""

from .blazepose import BlazePose
from .detection import Detection
from .landmarks import Landmarks
from .region import Region

__all__ = ['BlazePose', 'Detection', 'Landmarks', 'Region']
