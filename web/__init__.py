"""The pages around the modules: application, templates, forms, cookies, errors.

Knows no module: it reaches them through the registry.
"""
