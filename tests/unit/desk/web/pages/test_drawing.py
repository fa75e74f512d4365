"""Charts and maps as numbers."""

from datetime import date

from wiredesk_desk.web.pages import drawing

DAY = date(2026, 11, 20)


def test_the_highest_bar_fills_the_chart_and_days_without_any_have_none():
    chart = drawing.timeline([(DAY, 2), (date(2026, 11, 21), 0), (date(2026, 11, 22), 4)])
    assert [bar.height for bar in chart.bars] == [chart.height / 2, chart.height]
    assert chart.bars[1].says == "2026-11-22: 4"
    assert (chart.most, chart.first, chart.last) == (4, "2026-11-20", "2026-11-22")


def test_a_chart_of_nothing_is_empty():
    assert drawing.timeline([]).bars == []
    assert drawing.timeline([(DAY, 0)]).bars == []


def test_days_in_between_are_there():
    assert drawing.every_day({DAY: 1, date(2026, 11, 22): 2}) == [
        (DAY, 1),
        (date(2026, 11, 21), 0),
        (date(2026, 11, 22), 2),
    ]
    assert drawing.every_day({}) == []


def test_a_place_is_where_it_lies_and_larger_the_more_name_it():
    found = drawing.points({(59.91, 10.75, "Oslo", "GPE"): 4, (-33.92, 18.42, "Cape Town", "GPE"): 1})
    assert [(one.name, one.x, one.y) for one in found] == [("Oslo", 10.75, -59.91), ("Cape Town", 18.42, 33.92)]
    assert found[0].radius > found[1].radius
