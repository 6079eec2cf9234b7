"""The stages of a scan: plain functions that are handed the store, the lake, the engine and the detectors."""

from pipeline.stages.conductor import Conductor
from pipeline.stages.kit import Kit
from pipeline.stages.plan import Scan
from pipeline.stages.scan import run_scan

__all__ = ["Conductor", "Kit", "Scan", "run_scan"]
