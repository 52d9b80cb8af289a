"""How many examples a property test tries: with hypothesis' profile `lean`, as in `make test`, fewer of them."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

LEAN = 8
"""With the profile `lean` one of so many is tried."""
FEWEST = 3
"""So many are tried at least."""


def examples(number: int) -> settings:
    """Return hypothesis settings for so many examples."""
    if settings.get_current_profile_name() == "lean":
        number = max(number // LEAN, min(number, FEWEST))
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
