"""Whole projects: what is stale, who compiles it, what comes out."""
