"""The forms as the project has them."""

from bot.content.forms import Form, read_forms
from bot.runtime.settings import ROOT

FORMS = read_forms(ROOT)
VOLUNTEER = FORMS.forms["volunteer"]
EVERY_STEP: list[tuple[Form, str]] = [(form, field) for form in FORMS.forms.values() for field in form.fields]
