"""Which peers there are, for the scripts that run them."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version


def versions_of(*names: str) -> dict[str, str | None]:
    """The version of each package; None where it cannot be imported, with the reason on standard error."""
    found: dict[str, str | None] = {}
    for name in names:
        try:
            importlib.import_module(name)
            found[name] = version(name)
        except Exception as error:  # noqa: BLE001 whatever keeps it from being imported
            print(f'{name}: {error}', file=sys.stderr)
            found[name] = None
    return found
