import django.db.models.deletion
from django.db import migrations, models

import boardpack.domain.ids


class Migration(migrations.Migration):
    dependencies = [("boardpack_server", "0009_mandate_end")]

    operations = [
        # Identities are named by their age recipient: 62 characters.
        migrations.AlterField(
            model_name="change", name="record_id", field=models.CharField(max_length=100)
        ),
        migrations.AddField(
            model_name="sealednote",
            name="assembly",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="boardpack_server.assembly",
            ),
        ),
        migrations.AddField(
            model_name="sealednote",
            name="group",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="boardpack_server.politicalgroup",
            ),
        ),
        migrations.AddField(
            model_name="sealednote",
            name="shared_at",
            field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="NoteReader",
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
                ("named", models.BooleanField(default=True)),
                ("told", models.BooleanField(default=False)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="boardpack_server.sealednote",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="boardpack_server.official",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("note", "reader"), name="one_reader_of_a_note")
                ]
            },
        ),
    ]
