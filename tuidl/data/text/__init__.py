"""Text as examples: files and corpora, tokens, windows of them."""
