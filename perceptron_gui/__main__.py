"""`python -m perceptron_gui` is `perceptron-gui`."""

import sys

from perceptron_gui.app import main

if __name__ == "__main__":
    sys.exit(main())
