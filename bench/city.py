"""The demo city as benchmark layers."""

from bench.console import progress
from bench.layers import LEVELS, BenchLayer, build_layer
from xiaqu.demo import generate_city


def load_city(scale: str, seed: int) -> dict[str, BenchLayer]:
    """Generate the demo city and take its four partition layers.

    Parameters
    ----------
    scale
        ``tiny``, ``district`` or ``city``.
    seed
        Which city.

    Returns
    -------
    dict
        Layers by level, coarse to fine, areas by ascending code.
    """
    progress.print(f"generating the demo city, scale {scale}, seed {seed}")
    city = generate_city(scale, seed)
    layers = {}
    for level in LEVELS:
        frame = city.layers[level].frame
        layers[level] = build_layer(level, frame.geometry.to_numpy(), frame["code"].tolist())
    return layers
