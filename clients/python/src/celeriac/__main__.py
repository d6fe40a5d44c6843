"""`celeriac stubs URL`, or `python -m celeriac stubs URL`."""

import sys

from . import stubs


def main() -> int:
    """The command."""
    if sys.argv[1:2] != ["stubs"]:
        print("usage: celeriac stubs [URL] [-o FILE] [--token T] [--key K]", file=sys.stderr)
        return 2
    return stubs.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
