"""Western streets: number before name, directions and types, house numbers by side of the road."""
