"""Tests: a mirror of app/, guards of the whole in house/, a real browser in browser/."""
