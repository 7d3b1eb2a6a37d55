"""When jobs are asked about: late enough to be worth a request, early enough not to hold up the next job."""

from __future__ import annotations

import pytest

from ivr_action.genesys.job_times import JobTimes


def asked(times: JobTimes, job: float) -> tuple[int, float]:
    """Questions until a job of so many seconds is seen to be over, and how many seconds too late."""
    took, looks = 0.0, 0
    while took < job:
        took += times.pause(took)
        looks += 1
    return looks, took - job


@pytest.mark.parametrize(("job", "looks"), [(1, 1), (5, 3), (20, 10), (60, 20), (300, 38), (900, 80)])
def test_of_an_unknown_job_the_end_is_seen_an_eighth_of_its_time_late_at_most(job: float, looks: int) -> None:
    found, late = asked(JobTimes(), job)
    assert found <= looks
    assert late <= max(2.0, job / 8)


@pytest.mark.parametrize("job", [5.0, 20.0, 60.0, 300.0])
def test_of_jobs_like_those_before_it_is_seen_with_few_questions(job: float) -> None:
    times = JobTimes()
    for _ in range(30):
        times.add(job + asked(times, job)[1])
    looks, late = asked(times, job)
    assert looks <= 4
    assert late <= max(1.0, job / 20)


def test_an_unusual_job_is_asked_about_as_an_unknown_one() -> None:
    times = JobTimes()
    times.add(4.0)
    assert asked(times, 300)[0] <= asked(JobTimes(), 300)[0] + 3
