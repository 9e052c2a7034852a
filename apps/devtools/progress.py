import sys

from tqdm import tqdm


def progress(total: int, unit: str) -> tqdm:
    """Return a progress bar, which shows nothing unless stderr is a terminal."""
    return tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty())
