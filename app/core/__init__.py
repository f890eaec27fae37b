"""The ground floor: database, languages, permissions, jobs and files. It knows no room."""
