# The images of the services. `make images` runs this with the commit filled in; by itself:
#   docker buildx bake -f deploy/docker-bake.hcl            for this machine, into its engine
#   docker buildx bake -f deploy/docker-bake.hcl release    for all platforms, with attestations, pushed to IMAGE_PREFIX
# Each variable is taken from the environment. The second needs a builder that is not the engine's own (docs/operating.md).

variable "IMAGE_PREFIX" { default = "wiredesk" }
variable "IMAGE_VERSION" { default = "dev" }
variable "IMAGE_REVISION" { default = "" }
# Where the sources are, when they are somewhere.
variable "IMAGE_SOURCE" { default = "" }
# Seconds since 1970: the time of every file and of the images themselves.
variable "SOURCE_DATE_EPOCH" { default = "0" }
# What they stand on. With `@sha256:…` behind the name a later build gets the same base.
variable "PYTHON_IMAGE" { default = "python:3.11-slim-bookworm" }
variable "UV_IMAGE" { default = "ghcr.io/astral-sh/uv:0.13.9" }
# The image that lists Debian's and Python's packages for the attestation; BuildKit's own choice when empty.
variable "SBOM_GENERATOR" { default = "" }

# The topics of compose are made by the desk's image.
variable "SERVICES" { default = ["fetcher", "cleaner", "tagger", "storage", "desk"] }

function "labels" {
  params = [service]
  result = {
    "org.opencontainers.image.title"    = "wiredesk-${service}"
    "org.opencontainers.image.version"  = IMAGE_VERSION
    "org.opencontainers.image.revision" = IMAGE_REVISION
    # Of what is ours; the SBOM has the licence of each part.
    "org.opencontainers.image.licenses" = service == "tagger" ? "Apache-2.0 AND CC-BY-SA-4.0" : "Apache-2.0"
    "org.opencontainers.image.source"   = IMAGE_SOURCE
  }
}

group "default" { targets = SERVICES }
group "release" { targets = [for service in SERVICES : "${service}-release"] }

target "image" {
  matrix     = { service = SERVICES }
  name       = service
  context    = "."
  dockerfile = "deploy/Dockerfile"
  args = {
    SERVICE           = service
    VERSION           = IMAGE_VERSION
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
    PYTHON_IMAGE      = PYTHON_IMAGE
    UV_IMAGE          = UV_IMAGE
  }
  labels = { for name, value in labels(service) : name => value if value != "" }
  tags   = ["${IMAGE_PREFIX}/${service}:${IMAGE_VERSION}"]
  output = ["type=docker"]
}

target "release" {
  matrix      = { service = SERVICES }
  name        = "${service}-release"
  inherits    = [service]
  platforms   = ["linux/amd64", "linux/arm64"]
  annotations = [for name, value in labels(service) : "index,manifest:${name}=${value}" if value != ""]
  attest = [
    SBOM_GENERATOR == "" ? "type=sbom" : "type=sbom,generator=${SBOM_GENERATOR}",
    "type=provenance,mode=max",
  ]
  output = ["type=image,push=true,rewrite-timestamp=true,oci-mediatypes=true"]
}
