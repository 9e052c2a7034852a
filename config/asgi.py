from config.wsgi import application as wsgi_application

# isort: split
# Django is set up by the line above, which the models need.
from apps.api.edge.server import Server

application = Server(wsgi_application)
