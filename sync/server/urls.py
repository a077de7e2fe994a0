"""Addresses: the API for devices, the console for IT."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from sync.server.api.application import api
from sync.server.console import devices, jobs, people, trust
from sync.server.console.site import site

#: Their pages register with the site when they are imported.
PAGES = (people, devices, trust, jobs)

urlpatterns = [
    path("", RedirectView.as_view(url="/console/")),
    path("console/", site.urls),
    path("", api.urls),
]
