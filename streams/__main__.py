"""`python -m streams` is `il2watch`."""

import sys

from streams.cli import main

sys.exit(main())
