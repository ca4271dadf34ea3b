"""My post for a pupil, My morning for a teacher."""
