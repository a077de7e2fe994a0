"""A note is the set of its live versions. Nothing was released before this step."""

import django.db.models.deletion
from django.db import migrations, models

import boardpack.domain.ids


class Migration(migrations.Migration):
    dependencies = [("boardpack_server", "0006_quota")]

    operations = [
        migrations.RemoveField(model_name="sealednote", name="ciphertext"),
        migrations.RemoveField(model_name="sealednote", name="deleted"),
        migrations.RemoveField(model_name="sealednote", name="updated_at"),
        migrations.AddField(
            model_name="sealednote", name="forgotten", field=models.BooleanField(default=False)
        ),
        migrations.CreateModel(
            name="NoteVersion",
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
                ("version_id", models.CharField(max_length=36)),
                ("ciphertext", models.BinaryField()),
                ("deleted", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="boardpack_server.sealednote",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["deleted", "received_at"], name="versions_to_forget")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("note", "version_id"), name="one_version_of_an_id"
                    )
                ],
            },
        ),
    ]
