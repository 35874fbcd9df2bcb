"""A bank of questions for an exam: answers are computed, and each question has variants by seed."""

from .bank import Posed, Question
from .paper import QUESTIONS, answered, asked, chosen

__all__ = ["QUESTIONS", "Posed", "Question", "answered", "asked", "chosen"]
