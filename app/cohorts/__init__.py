"""Instructors' groups: members, join codes, assigned courses."""
