"""GitHub's side of the step: the event, workflow commands, outputs, the summary file, changed files."""
