"""Side-by-side benchmarks against peers; each figure comes with its machine and commit."""
