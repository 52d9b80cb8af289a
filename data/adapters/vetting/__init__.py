"""Looking through what an adapter from elsewhere answers."""

from data.adapters.vetting.answer import is_foreign, vetted
from data.adapters.vetting.rows import Fault

__all__ = ["Fault", "is_foreign", "vetted"]
