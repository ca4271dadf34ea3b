"""The job table and its runner."""

from app.jobs.models import Job, enqueue, hurry
from app.jobs.registry import job

__all__ = ["Job", "enqueue", "hurry", "job"]
