# docker build -t footnote . && docker run -p 8000:8000 -v footnote:/data footnote
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml setup.py .env.example LICENSE README.md ./
COPY requirements/base.txt requirements/base.txt
COPY quizsite quizsite
COPY quizzes quizzes
COPY templates templates
COPY fixtures fixtures
RUN python -m venv /opt/footnote \
    && /opt/footnote/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt \
    && /opt/footnote/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
# pg_dump for backups of PostgreSQL; it must be at least as new as the server of compose.yaml. No version is pinned,
# because Debian keeps only the newest, with its security fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home footnote \
    && install -d -o footnote -m 0700 /data
COPY --from=build /opt/footnote /opt/footnote
ENV PATH=/opt/footnote/bin:$PATH FOOTNOTE_DATA=/data FOOTNOTE_ENV_FILE=/dev/null HOST=0.0.0.0 PORT=8000
# The number of the user above, which a cluster can tell from root.
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/opt/footnote/bin/python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["/opt/footnote/bin/footnote", "serve"]
