"""Tables that people send and take away: .xlsx and CSV, read with distrust, cells as text."""
