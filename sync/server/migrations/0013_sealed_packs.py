"""Files sent ahead, sealed."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import boardpack.domain.ids


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("boardpack_server", "0012_heads")]

    operations = [
        migrations.CreateModel(
            name="SealedPack",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=boardpack.domain.ids.new_id,
                        editable=False,
                        max_length=36,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BinaryField()),
                ("files", models.JSONField()),
                ("offered_at", models.DateTimeField()),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="boardpack_server.blob"
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="boardpack_server.sitting"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
