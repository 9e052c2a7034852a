import gc

from config.wsgi import application as wsgi_application

# isort: split
# The import above sets up Django, which the models need.
from django.urls import get_resolver

from apps.api.edge.server import Server

application = Server(wsgi_application)

# What has been loaded by now stays. Without `freeze`, each full garbage collection would go through all of it, and hold
# up every request for 60 ms.
_ = get_resolver().url_patterns  # loads all views
gc.collect()
gc.freeze()
