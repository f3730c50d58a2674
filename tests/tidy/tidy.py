#!/usr/bin/env python3
"""Checks the house rules over the whole tree. Exit code 1 if any is broken.

tidy.py [--root FOLDER] [PATH …]   only messages for these paths
tidy.py --shrink                   writes lower numbers into ratchet.json
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import edges  # noqa: E402
import shape  # noqa: E402
import sizes  # noqa: E402
import words  # noqa: E402
from source import Tree  # noqa: E402


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()

    tree = Tree.read(options.root)
    ratchet_path = os.path.join(here, "ratchet.json")
    ratchet = sizes.load(ratchet_path)
    if options.shrink:
        sizes.save(ratchet_path, sizes.shrink(tree, ratchet))
        return 0
    messages = [*edges.check(tree), *words.check(tree), *sizes.check(tree, ratchet), *shape.check(tree)]
    if options.paths:
        messages = [m for m in messages if m.path.startswith(tuple(options.paths))]
    for message in sorted(set(messages), key=lambda m: (m.path, m.line, m.text)):
        print(message)
    print(f"{len(set(messages))} broken rules in {len(tree.files)} files", file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
