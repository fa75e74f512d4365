"""How the images are built, and what they hold: `make images`.

`docker-bake.hcl` beside this folder describes them; `__main__` hands it the commit. `sbom` runs inside of the build and
writes what an image holds; `contents` compares what two images hold.
"""
