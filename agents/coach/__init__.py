"""The offline coach: understands a few things exactly, calls the same verbs as the mentor, needs no model."""

from agents.coach.commands import SERVICE, Command
from agents.coach.intents import COMMANDS
from agents.coach.model import OfflineCoach
from agents.coach.public import PublicCoach
from agents.coach.talk import CHOICES, GREETING, is_hello

__all__ = ["CHOICES", "COMMANDS", "GREETING", "SERVICE", "Command", "OfflineCoach", "PublicCoach", "is_hello"]
