"""Tables as files have them: columns of plain numbers and texts, whatever the format."""
