"""What comes out, to look at and to trace back."""
