"""Files of other programs: values in, text out, and back; no store, no clock, no file is opened here."""
