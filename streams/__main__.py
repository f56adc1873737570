"""Run `il2watch` as `python -m streams`."""

import sys

from streams.cli.main import main

sys.exit(main())
