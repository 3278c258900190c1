"""The same by Django: one model with the fields of a Site, one by one and in lists, as JSON.

As plain as a first API is written, on the shortest way through Django: no accounts, connections
that are kept, to the client and to the database. `app.py setup` makes the table and fills it.
"""
import json
import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres",
                           "USER": "postgres", "HOST": os.environ["PEER_DATABASE"],
                           "CONN_MAX_AGE": None}},
    # It says how long an answer is, which keeps the connection.
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__, SECRET_KEY="measured", USE_TZ=True)
django.setup()

from django.db import connection, models  # noqa: E402  Models want the settings first.


class Site(models.Model):
    name = models.CharField(max_length=200, unique=True)
    login_base = models.CharField(max_length=50, unique=True)
    abbreviated_name = models.CharField(max_length=80)
    site_url = models.CharField(max_length=512, null=True)
    region = models.CharField(max_length=200, null=True)
    enabled = models.BooleanField(default=True)
    is_public = models.BooleanField(default=True)
    hosts_nodes = models.BooleanField(default=True)
    hosts_users = models.BooleanField(default=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "peer"

    def shown(self):
        return {field.name: getattr(self, field.name) for field in self._meta.fields}


@csrf_exempt
def sites(request):
    if request.method == "POST":
        site = Site.objects.create(**json.loads(request.body))
        return JsonResponse(site.shown(), status=201)
    found = Site.objects.order_by("id")[:50]
    return JsonResponse({"items": [site.shown() for site in found]})


@csrf_exempt
def one_site(request, number):
    site = Site.objects.get(id=number)
    if request.method == "PATCH":
        for name, value in json.loads(request.body).items():
            setattr(site, name, value)
        site.save()
    return JsonResponse(site.shown())


urlpatterns = [path("sites", sites), path("sites/<int:number>", one_site)]
application = get_wsgi_application()

if __name__ == "__main__" and sys.argv[1:] == ["setup"]:
    with connection.schema_editor() as editor:
        editor.create_model(Site)
    Site.objects.bulk_create(Site(name=f"Site {n}", login_base=f"site{n}",
                                  abbreviated_name=f"S{n}") for n in range(1_000))
