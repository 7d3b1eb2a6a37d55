# The image of the action. GitHub's runner builds it from this file, so it takes only what a run needs.
#
# The base is a build argument so that a mirror or a digest can be named without an edit:
#   docker build --build-arg BASE_IMAGE=registry.example/python:3.13-slim .
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
# git tells which files a pull request changed. The commands used are all inside the one binary, and the
# base has the libraries it needs, so that alone is taken: installed, the package and what it depends on,
# Perl among it, are 119 MB.
RUN mkdir /build && cd /build \
 && apt-get update -qq \
 && apt-get download -qq git \
 && dpkg-deb --extract git_*.deb /build/git
COPY requirements/runtime.txt /build/runtime.txt
RUN python -m venv --without-pip /opt/ivr-action \
 && pip --python /opt/ivr-action/bin/python install --quiet --no-cache-dir --no-compile \
      --disable-pip-version-check --require-hashes --only-binary :all: --requirement /build/runtime.txt \
 && find /opt/ivr-action -type d -name tests -prune -exec rm -rf {} +
COPY ivr_action /build/ivr_action
# Byte-code is compiled here, once: a container starts from a fresh file system every time. It is never
# compared with the source again (unchecked-hash), since copying between layers may change times. The platform's SDK
# is whole: only commands that talk to the platform import it, 1.2 s with its byte-code and 9 s without.
RUN site="$(/opt/ivr-action/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && cp -R /build/ivr_action "$site/" \
 && /opt/ivr-action/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash "$site"
COPY entrypoint.py /opt/ivr-action/entrypoint.py

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="ivr-action" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/git/usr/bin/git /usr/local/bin/git
COPY --from=build /opt/ivr-action /opt/ivr-action
# Fails the build, not a user's run, should the base lack a library that git or an extension needs.
RUN git --version && /opt/ivr-action/bin/python -I -B -c 'import yaml, rpds, pydantic_core, httpx, PureCloudPlatformClientV2, ivr_action; yaml.CSafeLoader'
# -I: a job's PYTHONPATH or a checked-out yaml.py must not be imported. -B: nothing to write byte-code
# for. -u: results and log lines keep their order. -X utf8: whatever LANG the job sets.
# Root and no WORKDIR: the runner mounts the workspace and sets both.
ENTRYPOINT ["/opt/ivr-action/bin/python", "-I", "-B", "-u", "-X", "utf8", "/opt/ivr-action/entrypoint.py"]
