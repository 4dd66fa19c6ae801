"""Installers for launchd, systemd and cron.

They know paths and arguments, and nothing of jobs: what is to be called is a `Service`.
"""
