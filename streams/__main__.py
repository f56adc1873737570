"""`python -m streams` is `il2watch`."""

import sys

from streams.cli.main import main

sys.exit(main())
