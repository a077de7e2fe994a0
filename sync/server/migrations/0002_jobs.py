from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("boardpack_server", "0001_initial"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueuedJob",
            fields=[],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("django_tasks_database.dbtaskresult",),
        ),
    ]
