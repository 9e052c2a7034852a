from config.wsgi import application as wsgi_application

# isort: split
# The import above sets up Django, which the models need.
from apps.api.edge.server import Server

application = Server(wsgi_application)
