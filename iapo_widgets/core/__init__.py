"""The paper in pure numpy."""
