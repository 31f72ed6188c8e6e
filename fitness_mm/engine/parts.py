"""Parts of a config by the class that they build, so that subclasses are found too."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from mmengine.registry import Registry

from fitness_mm.errors import FitnessError


def class_of(part: Mapping | None, registry: Registry, scope: str | None = None) -> type | None:
    """The class that a part of a config builds.

    Args:
        part: The part's config.
        registry: mmengine's root registry of its kind.
        scope: The config's default scope.

    Returns:
        None if there is no part, or nothing of its name is registered.

    Raises:
        FitnessError: If it is no part.
    """
    if not isinstance(part or {}, Mapping):
        raise FitnessError(f'{part!r} is no part of a config, expected dict(type=...), which '
                           '--cfg-options takes as KEY.type=..., in a list KEY.0.type=...')
    kind = (part or {}).get('type')
    if isinstance(kind, str):
        with registry.switch_scope_and_registry(scope) as registry_of_scope:
            kind = registry_of_scope.get(kind)
    return kind if inspect.isclass(kind) else None
