"""The job table and its runner."""

from app.jobs.models import Job, enqueue
from app.jobs.registry import job

__all__ = ["Job", "enqueue", "job"]
