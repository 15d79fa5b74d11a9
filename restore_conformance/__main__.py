"""`python -m restore_conformance` is the command."""

import sys

from restore_conformance.cli import main

sys.exit(main())
