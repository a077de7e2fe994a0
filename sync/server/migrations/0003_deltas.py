import django.db.models.deletion
from django.db import migrations, models

import boardpack.domain.ids


class Migration(migrations.Migration):
    dependencies = [
        ("boardpack_server", "0002_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeltaPair",
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
                ("planned_at", models.DateTimeField()),
                ("computed_at", models.DateTimeField(null=True)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="boardpack_server.blob",
                    ),
                ),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="boardpack_server.blob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delta",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("recipe", "recipe"), ("zstd", "zstd"), ("pdf", "pdf")],
                        max_length=10,
                    ),
                ),
                ("deflate", models.CharField(blank=True, max_length=64)),
                (
                    "artefact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boardpack_server.blob",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deltas",
                        to="boardpack_server.deltapair",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublishedVersion",
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
                ("document_id", models.CharField(max_length=36)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("pages", models.PositiveIntegerField()),
                ("published_at", models.DateTimeField()),
                (
                    "assembly",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="boardpack_server.assembly"
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="boardpack_server.blob"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="deltapair",
            constraint=models.UniqueConstraint(fields=("new", "base"), name="one_delta_pair"),
        ),
        migrations.AddConstraint(
            model_name="delta",
            constraint=models.UniqueConstraint(fields=("pair", "kind"), name="one_delta_a_kind"),
        ),
        migrations.AddIndex(
            model_name="publishedversion",
            index=models.Index(fields=["assembly", "title"], name="boardpack_s_assembl_31bf4e_idx"),
        ),
        migrations.AddIndex(
            model_name="publishedversion",
            index=models.Index(
                fields=["assembly", "file_name"], name="boardpack_s_assembl_d93d95_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="publishedversion",
            index=models.Index(fields=["assembly", "pages"], name="boardpack_s_assembl_f983de_idx"),
        ),
        migrations.AddConstraint(
            model_name="publishedversion",
            constraint=models.UniqueConstraint(
                fields=("document_id", "blob"), name="version_published_once"
            ),
        ),
    ]
