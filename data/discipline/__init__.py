"""Floor discipline: the catalogue of rules, rounds and their times, facts, scores, attendance, handover. Pure rules."""
