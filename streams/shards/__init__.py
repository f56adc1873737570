"""Share a file out by patient: shards on disk, folded by processes or a cluster, merged as streams."""
