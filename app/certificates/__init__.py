"""Certificates: who is eligible, issuing, printing, verifying and revoking."""
