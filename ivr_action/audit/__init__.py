"""Who changed what, when: one line of JSON for each change that was begun and each that ended, chained by hashes."""
