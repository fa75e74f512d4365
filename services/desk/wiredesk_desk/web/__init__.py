"""The desk in a browser and over HTTP: `api` answers programs, `pages` people, `live` tells what is new.

`serving` is the process, `application` puts the parts together, `guard` decides who may ask.
"""
