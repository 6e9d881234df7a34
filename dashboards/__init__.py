"""From the counters to the eye."""
