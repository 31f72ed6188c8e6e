"""What a Linux process holds of the machine's memory."""

from __future__ import annotations

from pathlib import Path


def memory_mb(pid: int | str = 'self') -> dict[str, float]:
    """Megabytes of a process: ``rss`` with and ``pss`` with a fair share of what others hold too,
    ``uss`` of what it alone holds."""
    kilobytes: dict[str, int] = {}
    for line in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()[1:]:
        name, amount = line.split(':')
        kilobytes[name] = int(amount.split()[0])
    return {'rss': kilobytes['Rss'] / 1000, 'pss': kilobytes['Pss'] / 1000,
            'uss': (kilobytes['Private_Clean'] + kilobytes['Private_Dirty']) / 1000}


def peak_mb() -> float:
    """The most that this process ever held, in megabytes."""
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith('VmHWM'):
            return int(line.split()[1]) / 1000
    raise OSError('/proc/self/status has no VmHWM; memory can only be measured on Linux')
