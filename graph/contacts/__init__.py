"""What else the same customer wrote: the same again, or what is handled elsewhere already."""
