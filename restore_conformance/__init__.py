"""Conformance suite for the Microsoft Graph beta operation *Create sharePointRestoreSession*."""

__version__ = "0.1.0"
