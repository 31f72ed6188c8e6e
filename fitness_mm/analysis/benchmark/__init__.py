"""The speed and memory of everything between label files and a training step, as one table.

:mod:`~fitness_mm.analysis.benchmark.run` has the entry point. Nothing is imported here, because
worker processes that only read labels import this package too.
"""
