"""The steps of an API request, one per file, in the order of settings.MIDDLEWARE.

Each step responds itself or calls the next one. Envelope and AllowedHosts handle every request, the other steps only
those under /api/. Steps that need the tenant come after Key, and skip requests for public views, which have no tenant.
"""
