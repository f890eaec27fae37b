"""Journeys in a real browser: a phone of 360 px and a desktop, with an accessibility check."""
