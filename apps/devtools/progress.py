import sys

from tqdm import tqdm


def progress(total: int, unit: str) -> tqdm:
    """A progress bar on a terminal, nothing in a log."""
    return tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty())
