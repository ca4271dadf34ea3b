"""Schools, classrooms, members, and who is whose audience."""
