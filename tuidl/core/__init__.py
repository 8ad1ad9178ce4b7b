"""What every room may use and that uses none: files, text for terminals, child processes."""
