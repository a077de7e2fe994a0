import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("boardpack_server", "0011_told_at")]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="head",
            field=models.CharField(blank=True, default="", max_length=24),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="FeedHead",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "feed", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("head", models.CharField(max_length=24)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "feed",
                    models.ForeignKey(
                        db_column="feed",
                        on_delete=django.db.models.deletion.CASCADE,
                        to="boardpack_server.feed",
                    ),
                ),
            ],
        ),
    ]
