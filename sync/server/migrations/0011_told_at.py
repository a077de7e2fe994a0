"""When readers were first told of a sitting; those of before were told when they were published."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def tell(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Count every sitting as told."""
    apps.get_model("boardpack_server", "Sitting").objects.update(told_at=timezone.now())


class Migration(migrations.Migration):
    """One field."""

    dependencies = [("boardpack_server", "0010_shared_notes")]

    operations = [
        migrations.AddField(
            model_name="sitting",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Sent on"),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
