"""The compiler of the dialect: source text to object files, stage by stage."""
