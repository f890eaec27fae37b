"""In-person training: skill sheets, their grading, and who acknowledged the result."""
