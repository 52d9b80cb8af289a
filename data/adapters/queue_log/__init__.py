"""The Asterisk queue log, of any version from 1.2 to 23, as a source of observations."""

from data.adapters.queue_log.adapter import QueueLog
from data.adapters.queue_log.names import NameRules
from data.adapters.queue_log.report import Report

__all__ = ["NameRules", "QueueLog", "Report"]
