"""What docs/operations.md states about faults."""

from __future__ import annotations

KILLED = "a replica is killed"
RESTARTED = "PostgreSQL is restarted"
BROKEN = "all connections to the database break"
FROZEN = "a replica stands still"
ALONE = "Redis is away"
FULL = "the disk is full"
SLOW = "an action is slow"
JUMPED = "the clock jumps"

BACK = {KILLED: 90, RESTARTED: 30, BROKEN: 30, FROZEN: 30, ALONE: 30, FULL: 30, SLOW: 30, JUMPED: 30}
"""Seconds until every visitor is answered again, from when the part is started again or no longer disturbed."""
