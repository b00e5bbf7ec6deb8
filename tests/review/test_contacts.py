"""E-mail addresses and phone numbers go, in whatever way they are typed; other numbers stay."""

import pytest

from bot.review.contacts import has_contacts, without_contacts


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("mail ann@example.org.", "mail (e-mail)"),
        ("Ann <ann.lee+icc@mail.example.co.uk>, now", "Ann <(e-mail)>, now"),
        ("ann@localhost and bob@example.org", "(e-mail) and (e-mail)"),
        ("call (502) 555-0143 or 502.555.0144", "call (phone) or (phone)"),
        ("+44 20 7946 0958", "(phone)"),
        ("5025550143 is my cell", "(phone) is my cell"),
        ("555-0143", "(phone)"),
    ],
)
def test_what_leads_to_a_person_goes(typed: str, shown: str) -> None:
    assert without_contacts(typed) == shown
    assert has_contacts(without_contacts(typed))


@pytest.mark.parametrize(
    "typed", ["what happened on 17 July 2015", "UN resolution 1593", "H.Res. 209", "article 98 in 2002", "40202", "2"]
)
def test_numbers_that_are_no_phone_stay(typed: str) -> None:
    assert without_contacts(typed) == typed
    assert not has_contacts(typed)
