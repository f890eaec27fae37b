"""Who people are: accounts, names in three forms, consent, signing in, grants."""
