"""What passes between processes and what is kept of it: events, commands, and records of both."""
