"""What is held after a restore, until its secretariat was heard."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns."""

    dependencies = [("boardpack_server", "0013_sealed_packs")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="settled_epoch",
            field=models.CharField(blank=True, default="", editable=False, max_length=36),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="serverstate",
            name="restored_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sitting",
            name="held",
            field=models.BooleanField(default=False, verbose_name="Held after a restore"),
        ),
    ]
