"""The playground: a Textual application and the charts that it shows."""
