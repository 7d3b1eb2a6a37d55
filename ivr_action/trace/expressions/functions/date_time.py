"""Date-times (UTC, whole seconds) and durations."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ivr_action.trace.expressions.operators import duration, shift
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import Cause, Collection, Duration, NotSet, Unknown, Value

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000


@function("GetCurrentDateTimeUtc", "")
def _now(context: Context) -> Value:
    return context.now()


def _part(name: str, part: Callable[[datetime], int]) -> None:
    @function(name, "dtm")
    def _body(context: Context, moment: datetime) -> Value:
        return part(moment)


_part("Day", lambda moment: moment.day)
_part("Month", lambda moment: moment.month)
_part("Year", lambda moment: moment.year)
_part("Hour", lambda moment: moment.hour)
_part("Minute", lambda moment: moment.minute)
_part("Second", lambda moment: moment.second)
_part("DayOfWeek", lambda moment: moment.isoweekday() % 7 + 1)  # Sunday is 1 (documented)


@function("WeekNum", "dtm")
def _week_number(context: Context, moment: datetime) -> Value:
    """Between 1 and 53. The three documented examples fit both ISO weeks and weeks from Sunday counted from 1 January:
    an answer is given where the two agree."""
    iso = moment.isocalendar().week
    first_weekday = moment.replace(month=1, day=1).isoweekday() % 7
    plain = (moment.timetuple().tm_yday - 1 + first_weekday) // 7 + 1
    return iso if iso == plain else Unknown("which week numbering the platform uses is not documented")


@function("MakeDateTime", "int int int", "int int int int int int")
def _make_date_time(context: Context, *parts: int) -> Value:
    try:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return Unknown(f"MakeDateTime({', '.join(map(str, parts))}) is no date and time", Cause.ERROR)


@function("DateTimeDiff", "dtm dtm")
def _difference(context: Context, first: datetime, second: datetime) -> Value:
    return Duration((first - second) // timedelta(milliseconds=1))


def _adder(name: str, unit: int) -> None:
    @function(name, "dtm int")
    def _body(context: Context, moment: datetime, count: int) -> Value:
        return shift(moment, count * unit)


_adder("AddDays", _DAY)
_adder("AddHours", _HOUR)
_adder("AddMinutes", _MINUTE)
_adder("AddSeconds", _SECOND)


@function("AddDuration", "dtm dur")
def _add_duration(context: Context, moment: datetime, span: Duration) -> Value:
    return shift(moment, span.milliseconds)


@function("AddMonths", "dtm int")
def _add_months(context: Context, moment: datetime, count: int) -> Value:
    """The day becomes the month's last where the month is shorter (documented: 31 January plus 1)."""
    return _months_later(moment, count)


@function("AddYears", "dtm int")
def _add_years(context: Context, moment: datetime, count: int) -> Value:
    return _months_later(moment, count * 12)


def _months_later(moment: datetime, count: int) -> Value:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return Unknown("the date is out of range", Cause.LIMIT)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


@function("GetDayOfWeekOccurrence", "int int int")
def _in_year(context: Context, weekday: int, occurrence: int, year: int) -> Value:
    return _weekday_occurrence(weekday, occurrence, year, None, 0, 0, 0)


@function("GetDayOfWeekOccurrence", "int int int int")
def _in_month(context: Context, weekday: int, occurrence: int, year: int, month: int) -> Value:
    return _weekday_occurrence(weekday, occurrence, year, month, 0, 0, 0)


@function("GetDayOfWeekOccurrence", "int int int int int int")
def _in_year_at(
    context: Context, weekday: int, occurrence: int, year: int, hour: int, minute: int, second: int
) -> Value:
    return _weekday_occurrence(weekday, occurrence, year, None, hour, minute, second)


@function("GetDayOfWeekOccurrence", "int int int int int int int")
def _in_month_at(
    context: Context, weekday: int, occurrence: int, year: int, month: int, hour: int, minute: int, second: int
) -> Value:
    return _weekday_occurrence(weekday, occurrence, year, month, hour, minute, second)


def _weekday_occurrence(
    weekday: int, occurrence: int, year: int, month: int | None, hour: int, minute: int, second: int
) -> Value:
    """The n-th such weekday of the year or month, counted from its end if negative; NOT_SET if there is none."""
    try:
        first = datetime(year, month or 1, 1, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return Unknown("GetDayOfWeekOccurrence: there is no such date or time", Cause.ERROR)
    if not 1 <= weekday <= 7 or not occurrence:
        return Unknown("GetDayOfWeekOccurrence takes a weekday from 1 to 7 and an occurrence other than 0", Cause.ERROR)
    days = monthrange(year, month)[1] if month else 366 if monthrange(year, 2)[1] == 29 else 365
    offset = (weekday - 1 - first.isoweekday() % 7) % 7
    count = (days - 1 - offset) // 7 + 1
    place = occurrence - 1 if occurrence > 0 else count + occurrence
    return first + timedelta(days=offset + 7 * place) if 0 <= place < count else NotSet("dtm")


@function("MakeDuration", "int int int int", "int int int int int")
def _make_duration(context: Context, day: int, hour: int, minute: int, second: int, thousandth: int = 0) -> Value:
    return duration(day * _DAY + hour * _HOUR + minute * _MINUTE + second * _SECOND + thousandth)


@function("RoundUp", "dur")
def _round_up(context: Context, span: Duration) -> Value:
    """To 30 seconds, 1, 2 or 5 minutes, or a multiple of 5 minutes (documented)."""
    return _rounded_up(span, 5 * _MINUTE, (30 * _SECOND, _MINUTE, 2 * _MINUTE))


@function("RoundUp", "dur dur")
def _round_up_by(context: Context, span: Duration, interval: Duration) -> Value:
    return _rounded_up(span, interval.milliseconds, ())


@function("RoundUp", "dur dur dur_coll")
def _round_up_to(context: Context, span: Duration, interval: Duration, stops: Collection) -> Value:
    """To the least of the stops that is long enough, else to a multiple of the interval (documented)."""
    sizes = sorted(stop.milliseconds for stop in stops.items if isinstance(stop, Duration))
    return _rounded_up(span, interval.milliseconds, tuple(sizes))


def _rounded_up(span: Duration, interval: int, stops: tuple[int, ...]) -> Value:
    if span.milliseconds <= 0 or interval <= 0:
        return Unknown("rounding up a duration that is not positive is not documented")
    for stop in stops:
        if stop >= span.milliseconds:
            return Duration(stop)
    return duration(-(-span.milliseconds // interval) * interval)


@function("Range", "dur dur")
def _range(context: Context, span: Duration, offset: Duration) -> Value:
    """From `span - offset` to `span + offset` (documented)."""
    low, high = duration(span.milliseconds - offset.milliseconds), duration(span.milliseconds + offset.milliseconds)
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        return low if isinstance(low, Unknown) else high
    return Collection("dur", (low, high))
