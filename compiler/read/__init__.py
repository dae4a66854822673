"""Source text to syntax tree: tokens, the grammar, and how trees are built from it."""
