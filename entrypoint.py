"""What the container starts: the step, and nothing else."""

from ivr_action.step import main

if __name__ == "__main__":
    raise SystemExit(main())
