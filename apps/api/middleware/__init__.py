"""The steps of an API request, one per file, in the order of settings.MIDDLEWARE.

Each step answers the request itself or calls the next one. A page, which is not under /api/, passes all but Envelope.
A step that needs the tenant comes after Key and lets a request without one pass: a public view has none.
"""
