"""Numbers and days, as each language of the visitor's pages says them."""

from datetime import date
from typing import get_args

import pytest

from collector.wording import Unit, languages, words


def test_a_duration_has_the_form_that_its_number_needs() -> None:
    latvian = words("lv")
    forms = [latvian.duration(number, "day") for number in (1, 2, 10, 21, 30)]
    assert forms == ["1 diena", "2 dienas", "10 dienas", "21 diena", "30 dienas"]
    estonian = words("et")
    assert [estonian.duration(number, "month") for number in (1, 13)] == ["1 kuu", "13 kuud"]
    assert estonian.duration(180, "day") == "180 päeva"
    units: tuple[Unit, ...] = get_args(Unit)
    for language in languages():
        assert all("duration" not in words(language).duration(n, unit) for unit in units for n in (1, 2, 5, 21))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("lv", "spēkā stāšanās diena: 2026. gada 22. novembris"),
        ("en", "in force since 22 November 2026"),
        ("et", "jõustumise kuupäev: 22. november 2026"),
        ("lt", "galioja nuo 2026 m. lapkričio 22 d."),
        ("ru", "действует с 22 ноября 2026 г."),
    ],
)
def test_a_day_stands_in_its_sentence_in_the_right_case(language: str, said: str) -> None:
    here = words(language)
    assert here.label("since", date=here.date(date(2026, 11, 22))).replace("\u202f", " ") == said
