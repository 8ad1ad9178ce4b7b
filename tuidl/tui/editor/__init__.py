"""A preset as a form and as TOML text, and the changes that keys make to it. No widgets."""
