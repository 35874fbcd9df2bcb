"""Environments to train on: generated, stand-ins and the authors' published files."""

from .catalogue import fetch, load

__all__ = ["fetch", "load"]
