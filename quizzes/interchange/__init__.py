"""File formats: one module each. Bytes or text in, plain values and a list of problems out; and back."""
