"""Reports on posture judgement: tables, comparisons, reliability."""
