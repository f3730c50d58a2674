#!/usr/bin/python3
"""suite.py FOLDER [PATTERN]: runs the *_test.py of a folder in one process, so that they share one bed.

Ends with "N passed, N failed, N skipped", and with exit code 1 when a test failed or there was none.
"""

import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Result(unittest.TextTestResult):
    """Says how long each test took: in a cluster that is what gets worse unseen."""

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"{time.monotonic() - self.began:.1f} s ")
        super().addSuccess(test)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    folder = os.path.abspath(sys.argv[1])
    pattern = sys.argv[2] if len(sys.argv) > 2 else "*_test.py"
    sys.path.insert(0, HERE)
    suite = unittest.defaultTestLoader.discover(folder, pattern, folder)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(suite)
    failed = len({test.id() for test, _ in result.failures + result.errors} | {t.id() for t in result.unexpectedSuccesses})
    skipped = len(result.skipped)
    print(f"{max(0, result.testsRun - failed - skipped)} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if result.testsRun and not failed else 1)


if __name__ == "__main__":
    main()
