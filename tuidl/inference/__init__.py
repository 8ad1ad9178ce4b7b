"""What a trained network says of the user's own pictures, tables and arrays."""
