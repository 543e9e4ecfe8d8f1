"""The staff console: accounts, sign-in, audit, switches, and the pages that staff work on."""
