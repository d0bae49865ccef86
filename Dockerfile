# syntax=docker/dockerfile:1
# One image, one program; the command decides the role: web, worker, migrate, doctor.

FROM python:3.12-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# The lock first: this layer lasts until a dependency changes.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv tools \
 && tools/bin/pip install --quiet --require-hashes -r requirements/build.txt \
 && tools/bin/pip wheel --quiet --require-hashes --no-build-isolation -w wheels -r requirements/runtime.txt \
 && python -m venv /opt/syndicator \
 && /opt/syndicator/bin/pip install --quiet --no-index --no-deps wheels/*.whl
COPY . .
RUN tools/bin/pip wheel --quiet --no-deps --no-build-isolation -w own . \
 && /opt/syndicator/bin/pip install --quiet --no-index --no-deps own/*.whl \
 && /opt/syndicator/bin/pip check \
 && /opt/syndicator/bin/python -m compileall -q /opt/syndicator/lib

FROM python:3.12-slim
RUN groupadd --gid 10001 syndicator \
 && useradd --uid 10001 --gid syndicator --no-create-home --home-dir /var/lib/syndicator syndicator \
 && install -d -o syndicator -g syndicator -m 0750 /var/lib/syndicator
COPY --from=build /opt/syndicator /opt/syndicator
ENV PATH=/opt/syndicator/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SYNDICATOR_DATA_DIR=/var/lib/syndicator \
    SYNDICATOR_HOST=0.0.0.0 \
    SYNDICATOR_PORT=8080 \
    SYNDICATOR_WORKER_PORT=8080
USER 10001:10001
WORKDIR /var/lib/syndicator
VOLUME /var/lib/syndicator
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=5)"]
ENTRYPOINT ["syndicator"]
CMD ["run"]
