"""What a declaration in SQL means, and how it is refused."""

import re

import pytest

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.declaration import declaration_of, of_source
from domain.declared_definition import ColumnDefinition, Rule, ViewDefinition
from domain.rules import Refused

LOGGED = "FILTER (WHERE event.topic = 'Incident.Logged')"


def view(column: str, where: str = "", head: str = "") -> ViewDefinition:
    """A view by day with this column."""
    text = f"{head}SELECT by.day AS day, {column}\nFROM events{where}\nGROUP BY day"
    return of_source(text, "sql").definition


def rules(column: str, where: str = "", head: str = "") -> list[tuple[object, ...]]:
    told = view(column, where, head).rules
    return [(rule.on, rule.when, rule.remember or rule.set) for rule in told]


def test_an_aggregate_makes_a_step_of_each_event() -> None:
    on = ("Incident.Logged",)

    assert rules(f"count(*) {LOGGED} AS n") == [(on, "", {"n": "row.n + 1"})]
    assert rules(f"sum(event.position - 1) {LOGGED} AS n") == [
        (on, "", {"n": "row.n + (event.position - 1)"})
    ]
    assert rules(f"max(by.at) {LOGGED} AS at") == [
        (on, "", {"at": "by.at > row.at ? by.at : row.at"})
    ]
    assert rules(f"min(record.number) {LOGGED} AS first") == [
        (
            on,
            "",
            {
                "first": 'record.number != "" && (row.first == "" || record.number < row.first)'
                " ? record.number : row.first"
            },
        )
    ]


def test_types_follow_from_what_is_told() -> None:
    found = view(
        f"latest(by.at) {LOGGED} AS at, latest(by.day = 'x') {LOGGED} AS is_x, "
        f"latest(record.id)::uuid AS last, NULLIF(latest(by.channel) {LOGGED}, '') AS channel, "
        f"CAST(latest(row.twice * 2 + 1) {LOGGED} AS integer) AS twice",
        where=" WHERE event.topic LIKE 'Incident.%'",
    )

    assert found.columns == (
        ColumnDefinition(name="day", type="text"),
        ColumnDefinition(name="at", type="instant", is_optional=True),
        ColumnDefinition(name="is_x", type="boolean"),
        ColumnDefinition(name="last", type="id", is_optional=True),
        ColumnDefinition(name="channel", type="text", is_optional=True),
        ColumnDefinition(name="twice", type="integer"),
    )


def test_what_the_same_events_tell_is_one_rule() -> None:
    told = f"count(*) {LOGGED} AS n, sum(2) FILTER (WHERE event.topic LIKE '%.Reopened') AS m, "

    assert rules(f"{told} latest(by.day) {LOGGED} AS last") == [
        (("Incident.Logged",), "", {"n": "row.n + 1", "last": "by.day"}),
        (("*.Reopened",), "", {"m": "row.m + 2"}),
    ]


def test_conditions_on_events_meet() -> None:
    both = "event.topic IN ('Incident.Logged', 'Incident.Closed', 'Change.Closed') AND by.day > 'a'"
    where = " WHERE event.topic LIKE 'Incident.%' OR event.topic = 'Change.Proposed'"

    assert rules(f"count(*) FILTER (WHERE {both}) AS n", where) == [
        (("Incident.Closed", "Incident.Logged"), 'by.day > "a"', {"n": "row.n + 1"})
    ]


def test_a_case_without_else_tells_something_of_each_of_its_events() -> None:
    case = "CASE WHEN event.topic = 'Incident.Logged' THEN 1 "
    case += "WHEN event.topic = 'Incident.Closed' AND by.channel = 'api' THEN -1 END"

    assert rules(f"sum({case}) AS open") == [
        (("Incident.Logged",), "", {"open": "row.open + 1"}),
        (("Incident.Closed",), 'by.channel == "api"', {"open": "row.open + -1"}),
    ]


def test_what_is_kept_is_told_before_the_row_and_what_was_before_it_after() -> None:
    told = "(SELECT count(*) FILTER (WHERE event.topic = 'Incident.Reopened') AS {} FROM events"
    told += " GROUP BY record.id)"
    head = f"WITH before AS {told.format('old')}, kept AS {told.format('times')} "

    assert rules(f"sum(kept.times * 10 + before.old) {LOGGED} AS n", head=head) == [
        (("Incident.Reopened",), "", {"times": "kept.times + 1"}),
        (("Incident.Logged",), "", {"n": "row.n + (kept.times * 10 + kept.old)"}),
        (("Incident.Reopened",), "", {"old": "kept.old + 1"}),
    ]


def test_the_comment_at_the_top_is_the_title_and_create_view_has_the_name() -> None:
    text = "-- Logged,\n--  by day\n\nCREATE OR REPLACE VIEW logged AS SELECT by.day AS day,"
    found = declaration_of(f"{text} count(*) {LOGGED} AS n FROM events GROUP BY day;", "sql")

    assert (found.name, found.title) == ("logged", "Logged, by day")
    assert found.definition.rules == (Rule(on=("Incident.Logged",), set={"n": "row.n + 1"}),)


CONDITIONS = {
    "by.day LIKE 'x%'": 'by.day.startsWith("x")',
    "by.day NOT LIKE '%x'": '!by.day.endsWith("x")',
    "by.day LIKE '%x%' OR by.day LIKE 'x'": 'by.day.contains("x") || by.day == "x"',
    "event.topic NOT LIKE 'Incident.L%'": '!event.topic.startsWith("Incident.L")',
    "event.topic <> 'Incident.Logged'": 'event.topic != "Incident.Logged"',
    "by.channel NOT IN ('api', 'it''s')": '!(by.channel in ["api", "it\'s"])',
    "event.position NOT BETWEEN 1 AND 2 + 3": "!(event.position >= 1 && event.position <= 2 + 3)",
    "length(by.day || 'x') % 2 = -1": 'size(by.day + "x") % 2 == -1',
    "by.at > TIMESTAMP '2026-01-01T00:00:00Z'": 'by.at > timestamp("2026-01-01T00:00:00Z")',
    "by.at - by.effective_at > INTERVAL '2' HOUR": 'by.at - by.effective_at > duration("7200s")',
    "CASE by.day WHEN 'x' THEN TRUE ELSE NOT FALSE END": 'by.day == "x" ? true : !false',
    "CAST(event.position AS text) = '1'": 'string(event.position) == "1"',
    "(by.day = 'a' OR by.day = 'b') AND by.day <> 'c'": (
        '(by.day == "a" || by.day == "b") && by.day != "c"'
    ),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_told_in_cel(condition: str) -> None:
    told = rules(f"count(*) FILTER (WHERE event.topic = 'Incident.Logged' AND ({condition})) AS n")

    assert told == [(("Incident.Logged",), CONDITIONS[condition], {"n": "row.n + 1"})]


def test_a_value_is_looked_for_in_a_list() -> None:
    tagged = (
        "count(*) FILTER (WHERE event.topic = 'Incident.FieldsSet' AND 'vip' IN event.cleared) AS n"
    )

    assert rules(tagged) == [
        (("Incident.FieldsSet",), '"vip" in event.cleared', {"n": "row.n + 1"})
    ]


REFUSED = {
    f"count(DISTINCT event.team) {LOGGED} AS n": "1, column 23: count(DISTINCT) would keep all",
    f"avg(1) {LOGGED} AS n": "1, column 23: AVG is neither in GROUP BY nor one of count(*), sum",
    f"by.month AS month, count(*) {LOGGED} AS n": "1, column 23: COLUMN is neither in GROUP BY nor",
    f"sum(event.titel) {LOGGED} AS n": "1, column 27: there is no field event.titel here",
    f"latest(event.title) {LOGGED} AS n": "1, column 30: event.title is sealed, and erased with",
    f"latest(tickets.n) {LOGGED} AS n": "1, column 30: there is no tickets: event, record, by, row",
    f"latest(n) {LOGGED} AS n": "1, column 30: a name is never, or event., record., by., row.",
    f'latest(event."a || b") {LOGGED} AS n': "1, column 30: a name is never, or event., record.",
    f"latest(kept.n) {LOGGED} AS n": "1, column 30: kept tells no n.",
    f"latest(row.n) {LOGGED} AS n": "1, column 30: there is no field row.n here",
    f"latest(NULL) {LOGGED} AS n": "1, column 23: there is no NULL: never is no moment, and '' no",
    f"latest(by.at IS NULL) {LOGGED} AS n": "1, column 30: there is no NULL",
    f"latest(1.5) {LOGGED} AS n": "1, column 30: a number is whole, and has at most 64 bits.",
    f"latest(99999999999999999999) {LOGGED} AS n": "1, column 30: a number is whole, and has at",
    f"latest(now()) {LOGGED} AS n": "1, column 30: CURRENTTIMESTAMP is not known here.",
    f"latest(by.day ILIKE 'a') {LOGGED} AS n": "1, column 30: ILIKE is not known here.",
    f"latest(by.day LIKE 'a%b') {LOGGED} AS n": "1, column 30: LIKE has one % at its beginning",
    f"latest(by.day IN (SELECT 1)) {LOGGED} AS n": "1, column 30: IN is not known here in this",
    f"latest(by.at BETWEEN SYMMETRIC by.at AND by.at) {LOGGED} AS n": "1, column 30: BETWEEN is no",
    f"latest(INTERVAL '1 month') {LOGGED} AS n": "1, column 23: an interval is a number of days",
    f"max(event.position) {LOGGED} AS n": "1, column 23: max is of moments and texts: a new row",
    f"max(by.at - by.at) {LOGGED} AS n": "1, column 27: a column has no",
    "count(*) OVER (PARTITION BY record.id) AS n": "1, column 23: WINDOW is neither in GROUP BY",
    "count(*) AS n": "1, column 23: of which events? event.topic = '…', IN (…) or LIKE '….%'",
    "count(*) FILTER (WHERE by.day = 'x' OR event.topic = 'Incident.Logged') AS n": "1, column 23:",
    "count(*) FILTER (WHERE event.topic = 'Incident.Loged') AS n": "1, column 60: there is no even",
    f"count(*) {LOGGED} AS n, count(*) {LOGGED} AS n": "1, column 144: n is there already.",
    f"count(*) {LOGGED}": "1, column 23: a column has a name by AS.",
    f'count(*) {LOGGED} AS "select"': "1, column 23: select is a word of databases or of queries.",
    f"sum(CASE WHEN by.day = 'x' THEN 1 WHEN by.day = 'y' THEN 2 END) {LOGGED} AS n": "1, column",
    f"sum(1 + CASE WHEN by.day = 'x' THEN 1 END) {LOGGED} AS n": "1, column 41: a CASE has an ELSE",
}


@pytest.mark.parametrize("column", REFUSED)
def test_a_mistake_is_told_with_its_place(column: str) -> None:
    with pytest.raises(Refused, match=f"^line {re.escape(REFUSED[column])}"):
        view(column)


COUNTED = f"count(*) {LOGGED} AS n"
OTHERS = {
    "": "a declaration is one SELECT.",
    "SELECT 1; SELECT 2": "a declaration is one SELECT.",
    "DROP TABLE incidents": "a declaration is a SELECT, or CREATE VIEW … AS SELECT.",
    "SELECT 1 UNION SELECT 2": "a declaration is a SELECT",
    "CREATE TABLE a AS SELECT 1": "a declaration is a SELECT",
    "CREATE MATERIALIZED VIEW a AS SELECT 1": "PROPERTIES is not known here.",
    "CREATE VIEW a (n) AS SELECT 1": "a view has a name, and its columns have theirs by AS.",
    f"SELECT by.day AS day, {COUNTED} FROM tickets GROUP BY day": "it is FROM events.",
    f"SELECT by.day AS day, {COUNTED} FROM events e GROUP BY day": "ALIAS is not known here.",
    f"SELECT by.day AS day, {COUNTED} FROM events, tickets GROUP BY day": "JOINS is not known here",
    f"SELECT by.day AS day, {COUNTED} FROM events GROUP BY day ORDER BY n": "ORDER is not known he",
    f"SELECT by.day AS day, {COUNTED} FROM events GROUP BY day HAVING n > 1": "HAVING is not known",
    f"SELECT by.day AS day, {COUNTED} FROM events": "GROUP BY names the columns that a row is foun",
    f"SELECT by.day AS day, {COUNTED} FROM events GROUP BY month": "there is no column month to gr",
    f"SELECT by.day AS day, {COUNTED} FROM events GROUP BY 1": "GROUP BY names columns.",
    "SELECT by.day AS day FROM events GROUP BY day": "a view has a column that an aggregate tells.",
    f"WITH kept AS (SELECT {COUNTED} FROM events GROUP BY day) SELECT 1": "kept is grouped by reco",
    f"WITH x AS (SELECT {COUNTED} FROM events GROUP BY record.id) SELECT 1": "WITH tells kept AS",
    "WITH RECURSIVE kept AS (SELECT 1) SELECT 1": "RECURSIVE is not known here.",
    "SELECT 'a": "a quotation or a comment does not end.",
    "SELECT a b c": "Invalid expression / Unexpected token.",
}


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=rf"^line \d+, column \d+: {re.escape(OTHERS[text])}"):
        of_source(text, "sql")


def test_a_file_has_a_name_and_a_title() -> None:
    select = f"SELECT by.day AS day, {COUNTED} FROM events GROUP BY day"

    with pytest.raises(Refused, match="CREATE VIEW, a name and AS come first"):
        declaration_of(select, "sql")
    with pytest.raises(Refused, match="tells the title"):
        declaration_of(f"CREATE VIEW logged AS {select}", "sql")
