from django.db import transaction
from django.urls import path

from apps.devtools.views import SeedView

# It commits each chunk by itself: readers see rows arrive, and other writers get their turn in between.
urlpatterns = [path("devtools/seed/", transaction.non_atomic_requests(SeedView.as_view()), name="seed")]
