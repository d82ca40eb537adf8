"""The outcome table of deliveries as a table, and the waits between tries."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import answers
from federation.outcomes import LONGEST, Verdict, judge, knock_again, pause, retry_after

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "verdict", "whole", "gone"),
    [
        (200, Verdict.DONE, False, False),
        (202, Verdict.DONE, False, False),
        (301, Verdict.AGAIN, False, False),
        (400, Verdict.FINAL, False, False),
        (401, Verdict.UNPROVEN, False, False),
        (403, Verdict.FINAL, False, False),
        (404, Verdict.FINAL, False, True),
        (408, Verdict.AGAIN, False, False),
        (410, Verdict.FINAL, False, True),
        (425, Verdict.AGAIN, False, False),
        (429, Verdict.AGAIN, True, False),
        (451, Verdict.FINAL, False, False),
        (500, Verdict.AGAIN, False, False),
        (501, Verdict.AGAIN, False, False),
        (502, Verdict.AGAIN, True, False),
        (503, Verdict.AGAIN, True, False),
        (504, Verdict.AGAIN, True, False),
        (100, Verdict.AGAIN, False, False),
        (999, Verdict.AGAIN, False, False),
    ],
)
def test_what_a_status_means(status, verdict, whole, gone):
    found = judge(status, {}, NOW)

    assert (found.verdict, found.whole, found.gone) == (verdict, whole, gone)


@pytest.mark.parametrize(
    ("status", "known", "again"),
    [
        (202, False, False), (401, False, True), (401, True, True), (400, False, True),
        (400, True, False), (403, False, True), (403, True, False), (404, False, False),
        (503, False, False),
    ],
)  # fmt: skip
def test_when_the_other_signature_is_tried(status, known, again):
    assert knock_again(judge(status, {}, NOW), status, known=known) is again


@given(st.text(max_size=60))
def test_no_retry_after_asks_for_more_than_a_day_or_for_the_past(said):
    wait = retry_after(said, NOW)

    assert wait is None or timedelta() < wait <= LONGEST


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("3600", HOUR), (" 3600 ", HOUR), ("0000003600", LONGEST), ("315360000", LONGEST),
        ("9" * 400, LONGEST), ("0", None), ("-5", None), ("+5", None), ("1.5", None), ("", None),
        ("soon", None), ("٣٦٠٠", None), ("Fri, 20 Nov 2026 10:00:00 GMT", HOUR),
        ("Fri, 20 Nov 2026 12:00:00 +0200", HOUR), ("Friday, 20-Nov-26 10:00:00 GMT", HOUR),
        ("Fri, 20 Nov 2036 10:00:00 GMT", LONGEST), ("Fri, 20 Nov 2026 09:00:00 GMT", None),
        ("Thu, 19 Nov 2026 10:00:00 GMT", None), ("Fri, 99 Nov 2026 10:00:00 GMT", None),
    ],
)  # fmt: skip
def test_the_two_forms_of_retry_after(said, wait):
    assert retry_after(said, NOW) == wait


def test_every_status_has_one_of_four_outcomes():
    """R16: what is nobody's fault for ever is tried again; only 404 and 410 doubt the owner."""
    for status in range(100, 600):
        found = judge(status, {"retry-after": "60"}, NOW)

        for_now = status in (408, 425, 429) or not 400 <= status < 500
        wanted = Verdict.AGAIN if for_now else Verdict.FINAL
        wanted = Verdict.DONE if 200 <= status < 300 else wanted
        assert found.verdict is (Verdict.UNPROVEN if status == 401 else wanted), status
        assert found.gone is (status in (404, 410)), status
        assert found.whole is (status in (429, 502, 503, 504)), status
        assert found.wait == (timedelta(minutes=1) if found.whole else None), status


@given(st.integers(0, 1000), st.floats(0, 1))
def test_no_pause_is_longer_than_a_day(failures, luck):
    assert timedelta(seconds=4) < pause(failures, luck) <= LONGEST


def test_thirty_days_are_forty_four_tries():
    waits = [pause(n, 0) for n in range(44)]

    assert sum(waits[:43], timedelta()) < timedelta(days=30) <= sum(waits, timedelta())


@given(st.text(max_size=200))
def test_any_accept_header_is_understood(said):
    assert answers.wants_page(said) in (True, False)
    assert answers.media_type(said) in (answers.ACTIVITY, answers.LD)


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("", False),
        ("*/*", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/activity+json", False),
        ("application/activity+json, text/html;q=0.1", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense, application/activity+json", False),
        ("TEXT/HTML, application/activity+json;q=0.5", True),
    ],
)
def test_browsers_get_pages_and_servers_documents(accept, page):
    assert answers.wants_page(accept) is page
