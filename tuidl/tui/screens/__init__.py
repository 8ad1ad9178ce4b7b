"""The screens of the playground."""
