"""Scopes, unknown values and what is evaluated at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ivr_action.trace.expressions import (
    Approximate,
    Audio,
    Cause,
    Collection,
    Constant,
    Currency,
    Duration,
    Json,
    NotSet,
    PhoneNumber,
    Resource,
    Segment,
    Unknown,
    Value,
    evaluate,
    from_python,
    kind_of,
    parse,
    read_literal,
    to_text,
)


def reason(text: str, **scope: Value) -> Unknown:
    found = evaluate(text, {f"Flow.{name}": value for name, value in scope.items()})
    assert isinstance(found, Unknown), found
    return found


def test_names_are_found_without_regard_to_case() -> None:
    assert evaluate('flow.TIER == "gold"', {"Flow.tier": "gold"}) is True


def test_a_scope_can_be_a_function() -> None:
    asked: list[str] = []

    def scope(name: str) -> Value | None:
        asked.append(name)
        return 5 if name == "Flow.x" else None

    assert evaluate("Flow.x + 1", scope) == 6
    assert asked == ["Flow.x"]


def test_a_longer_dotted_name_is_looked_up_before_its_parts() -> None:
    assert evaluate("ToInt(Call.Contact.delay)", {"Call.Contact.delay": "7"}) == 7
    assert evaluate("Flow.data.age", {"Flow.data": Json({"age": 50})}) == Json(50)


def test_an_unknown_name_is_unknown_with_the_name() -> None:
    assert reason("Flow.x + 1") == Unknown("Flow.x has no value", Cause.MISSING)
    assert reason("Call.Contact.delay") == Unknown("Call.Contact.delay has no value", Cause.MISSING)


@pytest.mark.parametrize(
    "text", ["-Flow.x", "!Flow.x", "Flow.x[0]", "1 + Flow.x", "Upper(Flow.x)", "Flow.x ? 1 : 2", "If(Flow.x, 1, 2)",
             "MakeList(Flow.x)", "Flow.x.y", "AreEqual(1, Flow.x)", "IsSet(Flow.x)", "Flow.x == Flow.x"]
)  # fmt: skip
def test_unknown_passes_through(text: str) -> None:
    assert reason(text).cause is Cause.MISSING


def test_and_and_or_need_only_what_decides() -> None:
    assert evaluate("false And Flow.x") is False
    assert evaluate("Flow.x And false") is False
    assert evaluate("true Or Flow.x") is True
    assert evaluate("Flow.x Or true") is True
    assert reason("Flow.x And true").cause is Cause.MISSING
    assert reason("false Or Flow.x").cause is Cause.MISSING


def test_an_error_on_the_left_is_not_hidden_by_the_right() -> None:
    assert reason("1 / 0 == 1 Or true").cause is Cause.ERROR


def test_only_the_branch_taken_is_evaluated() -> None:
    called: list[str] = []

    def note(arguments: Sequence[Value]) -> Value:
        called.append(str(arguments[0]))
        return arguments[0]

    functions = {"Note": note}
    assert evaluate('If(true, note("a"), NOTE("b"))', functions=functions) == "a"
    assert evaluate('false ? note("c") : note("d")', functions=functions) == "d"
    assert called == ["a", "d"]


def test_a_condition_that_is_not_set_counts_as_false() -> None:
    assert evaluate("If(ToBool(NOT_SET), 1, 2)") == 2


def test_a_supplied_function_replaces_ours() -> None:
    found = evaluate('FindQueue("Sales").name', functions={"findqueue": lambda given: Resource("que", str(given[0]))})
    assert found == "Sales"


def test_a_function_nobody_knows_is_unknown() -> None:
    assert reason("Frobnicate(1)") == Unknown("the function Frobnicate is not computed offline", Cause.UNSUPPORTED)


def test_wrong_arguments_are_an_error_that_names_the_types() -> None:
    assert reason('Left(5, "a")') == Unknown("Left does not take (Integer, String)", Cause.ERROR)
    assert reason("If(true)").reason == "If does not take (Boolean)"
    assert reason('"a" + 1').reason == "+ does not take String and Integer"
    assert reason("MakeList(1, true)").cause is Cause.ERROR
    assert reason("Upper(ToString(NOT_SET))").reason == "Upper: argument 1 must not be NOT_SET"


def test_the_clock_is_given() -> None:
    moment = datetime(2026, 3, 1, 12, 30, 15, 999999, tzinfo=UTC)
    assert evaluate("ToString(GetCurrentDateTimeUtc())", clock=lambda: moment) == "2026-03-01T12:30:15Z"
    assert reason("GetCurrentDateTimeUtc()").cause is Cause.MISSING


def test_integers_are_64_bits_wide() -> None:
    assert evaluate("9223372036854775807") == 2**63 - 1
    assert evaluate("-9223372036854775808") == -(2**63)
    for text in ("9223372036854775808", "9223372036854775807 + 1", "4611686018427387904 * 2", "9" * 5000):
        assert reason(text).cause is Cause.LIMIT


def test_decimals_are_exact() -> None:
    assert evaluate("0.1 + 0.2 == 0.3") is True
    assert evaluate("ToString(0.1 + 0.2)") == "0.3"
    assert evaluate("1.1 * 1.1") == Decimal("1.21")


def test_an_inexact_quotient_decides_what_its_digits_do_not() -> None:
    third = evaluate("1 / 3")
    assert isinstance(third, Approximate)
    assert evaluate("ToInt(100 / 3)") == 33
    assert evaluate("1 / 3 < 0.34") is True
    assert evaluate("Round(2 / 3, 2)") == Decimal("0.67")
    assert evaluate("ToString(2 / 3, 2)") == "0.67"
    assert reason("ToString(1 / 3)").cause is Cause.UNDOCUMENTED
    assert reason("1 / 3 * 3 == 1").cause is Cause.UNDOCUMENTED
    assert reason("ToInt(1 / 3 * 3)").cause is Cause.UNDOCUMENTED


@pytest.mark.parametrize("text", ["1 / 0", "1 % 0", "1.5 / 0.0", "0 ^ -1", "(-1) ^ 0.5", 'MakeCurrency(1, "USD") / 0'])
def test_arithmetic_without_a_result_is_an_error(text: str) -> None:
    assert reason(text).cause is Cause.ERROR


@pytest.mark.parametrize(
    "text", ["10 ^ 9999", "9.9 ^ 999999999", "Round(1.5, 1000000000)", "ToString(1.5, 1000000000)",
             'Length(Replace(Replace(Replace(Flow.x, "a", Flow.x), "a", Flow.x), "a", Flow.x))',
             "ToString(MakeList(Flow.x, Flow.x, Flow.x), Flow.x)", "Count(Split(Flow.x + Flow.x, Flow.e))",
             "AddDays(MakeDateTime(2020, 1, 1), 999999999999)", "MakeDuration(999999999999999, 0, 0, 0)",
             'JsonParse(Replace(Flow.x, "a", "["))']
)  # fmt: skip
def test_no_result_grows_without_bound(text: str) -> None:
    assert isinstance(evaluate(text, {"Flow.x": "a" * 60_000, "Flow.e": ""}), Unknown)


def test_what_is_not_documented_is_unknown() -> None:
    for text in (
        "Round(-1.5)",
        "-7 % 5",
        "WeekNum(MakeDateTime(2010, 1, 2))",
        'Compare("a-b", "a_b")',
        'Length("\N{GRINNING FACE}")',
        'FindString("aaaa", "aa", 2)',
        'GetCurrencySymbol("GBP")',
        'ToDateTime("2020-01-01")',
        "ToDisplayString(1234)",
    ):
        assert reason(text).cause in (Cause.UNDOCUMENTED, Cause.UNSUPPORTED), text


def test_strings_of_letters_sort_alphabetically_small_before_capital() -> None:
    assert evaluate('"apple" < "Banana"') is True
    assert evaluate('Compare("ab", "aB")') == -1
    assert evaluate('Compare("Zoo", "apple")') == 1


def test_phone_numbers() -> None:
    scope = {"Call.Ani": "tel:+13178723000"}
    assert evaluate("ToPhoneNumber(Call.Ani).e164", scope) == "+13178723000"
    assert evaluate("ToPhoneNumber(Call.Ani).subscriberNumber", scope) == "3178723000"
    assert evaluate('ToPhoneNumber("+31755551212").subscriberNumber') == "755551212"
    assert evaluate('ToPhoneNumber("13178723000").e164') == NotSet("str")
    assert evaluate('ToPhoneNumber("sip:john@example.com").isTel') is False
    assert reason('ToPhoneNumber("anonymous")').cause is Cause.UNDOCUMENTED


def test_json() -> None:
    scope: dict[str, Value] = {"Flow.c": Json({"name": "Ada", "age": 50, "numbers": [10, 20, 30]})}
    assert evaluate('ToString(GetJsonObjectProperty(Flow.c, "name"))', scope) == "Ada"
    assert evaluate("ToInt(Flow.c.age) + 1", scope) == 51
    assert evaluate('Flow.c.name == "Ada"', scope) is True
    assert evaluate("Flow.c.numbers[1]", scope) == Json(20)
    assert evaluate('Append("Hi ", Flow.c.name)', scope) == "Hi Ada"
    assert evaluate("Flow.c.Name", scope) == NotSet("jsn")
    assert evaluate('ToString(ToJsonCollection(Flow.c.numbers), ", ")', scope) == "10, 20, 30"
    assert evaluate("Count(GetJsonObjectPropertyNames(Flow.c))", scope) == 3
    changed = evaluate('SetJsonObjectProperty(Flow.c, "numbers", ReplaceJsonArrayItem(Flow.c.numbers, 30, 40))', scope)
    assert changed == Json({"name": "Ada", "age": 50, "numbers": [10, 20, 40]})
    assert scope["Flow.c"] == Json({"name": "Ada", "age": 50, "numbers": [10, 20, 30]})
    assert evaluate('JsonParse("[ 10, 20.5 ]")') == Json([10, Decimal("20.5")])
    assert reason('JsonParse("{a: 1}")').cause is Cause.ERROR
    assert evaluate("IsJsonObject(Flow.c)", scope) is True


def test_communications_keep_their_parts() -> None:
    text = 'MakeCommunication("Hello", ToCommunication(Flow.name), ToCommunicationBlank(750))'
    assert evaluate(text, {"Flow.name": "Ada"}) == Audio(
        (Segment("text", "Hello"), Segment("text", "Ada"), Segment("blank", "750")), "com"
    )
    assert evaluate("ToCommunication(NOT_SET)") == Audio((), "com")


def test_audio_keeps_its_parts_and_guesses_no_words() -> None:
    number = "ToAudioNumber(2, Format.Number.playDigits)"
    assert evaluate(f'AudioPlaybackOptions(Append(Prompt.Hi, ToAudioTTS("You are"), {number}), true)') == Audio(
        (
            Segment("prompt", "Prompt.Hi"),
            Segment("text", "You are"),
            Segment("value", "2", "ToAudioNumber Format.Number.playDigits"),
        ),
        "aud",
        True,
    )
    assert evaluate("Format.Date.shortYear") == Constant("Format.Date.shortYear")


def test_the_editors_text_builder() -> None:
    space = 'If(IsNotSetOrEmpty(ToDisplayString(Flow.x)), "", " ")'
    text = f'Trim(Append("Hello ", " ", ToDisplayString(Flow.x), {space}, "!"))'
    assert evaluate(text, {"Flow.x": "Ada"}) == "Hello  Ada !"
    assert evaluate(text, {"Flow.x": NotSet("str")}) == "Hello  !"


def test_values_from_files() -> None:
    assert from_python(1.5) == Decimal("1.5")
    assert from_python(None) == NotSet()
    assert from_python([1, 2]) == Collection("int", (1, 2))
    assert from_python({"a": [1.5, None]}) == Json({"a": [Decimal("1.5"), None]})
    assert from_python(Duration(5)) == Duration(5)
    assert isinstance(from_python(float("nan")), Unknown)
    assert isinstance(from_python(object()), Unknown)
    assert isinstance(from_python([1, "a"]), Unknown)


def test_literals_of_configuration_documents() -> None:
    assert read_literal("P0D0H10M0S0F", "dur") == Duration(600_000)
    assert read_literal("Voice", "skl") == Resource("skl", "Voice")
    assert read_literal("", "int") == NotSet("int")
    assert read_literal("", "str") == ""
    assert read_literal("0.0", "dec") == Decimal("0.0")
    assert read_literal("true", "bln") is True


def test_kinds_and_texts() -> None:
    assert kind_of(evaluate("MakeList(1, NOT_SET)")) == "int_coll"
    assert kind_of(PhoneNumber("tel:1")) == "phn"
    assert kind_of(True) == "bln"
    assert to_text(Currency(Decimal("5"), "USD")) == "5.00|USD"
    assert to_text(Duration(0)) == "PT0S"
    assert to_text(datetime(812, 1, 2, tzinfo=UTC)) == "0812-01-02T00:00:00Z"
    assert isinstance(to_text(Audio(())), Unknown)


def test_blank_is_not_set_and_a_tree_can_be_evaluated() -> None:
    assert evaluate("") == NotSet()
    assert evaluate(parse("1 + 1")) == 2
