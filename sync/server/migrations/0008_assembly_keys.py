import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("boardpack_server", "0007_note_versions")]

    operations = [
        migrations.CreateModel(
            name="AssemblyKey",
            fields=[
                (
                    "id",
                    models.CharField(
                        editable=False, max_length=36, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("body", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "assembly",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="boardpack_server.assembly"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="boardpack_server.official"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeyShare",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="boardpack_server.assemblykey",
                    ),
                ),
                ("recipients", models.JSONField()),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="KeyOrder",
            fields=[
                (
                    "assembly",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="boardpack_server.assembly",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="boardpack_server.assemblykey",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="assemblykey",
            constraint=models.UniqueConstraint(
                fields=("assembly", "number"), name="one_key_of_a_number"
            ),
        ),
    ]
