"""Addresses: the API for devices, the console for IT."""

from __future__ import annotations

from django.urls import path

from sync.server.api.application import api

urlpatterns = [
    path("", api.urls),
]
