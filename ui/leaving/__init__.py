"""What ends here: a replaced device, a mandate that is over; what may be saved, then erased."""
