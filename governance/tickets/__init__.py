"""Tickets 诉求工单: taken in, placed, owned, timed, and followed to their end."""
