"""The documented examples whose result is not reached, each with its reason. A test fails when one of them is."""

SERVICE = "detecting a language is a service of the platform; offline the answer is unknown"

NOT_REACHED = {
    'FindFirst(MakeList(ToPhoneNumber("sip:john.doe@company.com"), ToPhoneNumber("sips:john.doe@company.com")), '
    'ToPhoneNumber("sip:john.doe@company.com"))': (
        "the table says 1, but its own example for Find, with the same arguments, says that the only match is at 0"
    ),
    'DetectLanguage("This is a test that should verify our ability to find a language in a string of native '
    'text.", "")': SERVICE,
    'DetectLanguage("Esta es una prueba que debe verificar nuestra capacidad de encontrar un lenguaje en una cadena de '
    'texto nativo.", "en")': SERVICE,
    'DetectLanguage("Dies ist ein Test, dass unsere Fähigkeit überprüfen, sollte die Sprache in einer Reihe von '
    'nativen Text zu finden.", "en")': SERVICE,
    'DetectLanguage("이 기본 텍스트 문자열의 언어를 찾을 수있는 우리의 능력을 확인해야합니다 테스트입니다.", '
    "ToString(NOT_SET))": SERVICE,
}

PROSE_NOT_REACHED = {
    'MakeCurrency(10, "USD")': "the words say 10.50, taken over from the example with 10.50; the input says 10",
    "GetDayOfWeekOccurrence(1, 20, 2017, 2, 11, 15)": "the words say 2:15:15; hour 2, minute 11, second 15 is 2:11:15",
    "MakeDuration(-10, 0, 30, 10, 500)": "the words say 30 m 10.5 s; 10 days less those are 29 m 49.5 s",
    "Find(MakeList(MakeDateTime(2009, 1, 10, 6, 30, 0), MakeDateTime(2009, 1, 10, 6, 30, 0), ToDateTime(NOT_SET)), "
    "MakeDateTime(2009, 1, 10, 6, 30, 0))": "the words name one match; the list holds the date twice",
    "GetDayOfWeekOccurrence(6, -2, 2017, 2, 5, 0)": "the words say 05:00:00; hour 2, minute 5, second 0 is 02:05:00",
    'FindSystemPrompt("foo")': "whether a prompt exists is known to the organisation",
}
"""As above, for examples whose result is told in words."""
