"""Pure calculations and small frozen values: no I/O, no clock, no SQL, no widgets."""
