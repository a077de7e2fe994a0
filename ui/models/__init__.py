"""Adapters from plain lists of read models to Qt's item models."""
