"""Pictures of the task: pure functions from a probe's answer to lines."""
