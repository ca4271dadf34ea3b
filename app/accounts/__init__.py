"""People, signing in without e-mail, and sessions that end when they say so."""
