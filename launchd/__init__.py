"""Installers for launchd, systemd and crontab.

They know paths and argv, nothing of jobs.
"""
