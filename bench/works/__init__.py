"""Works whose outcome is more than the time until the folders are equal."""
