"""What can be learnt: the course files as typed objects, their faults, and their words as HTML."""
