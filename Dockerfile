# syntax=docker/dockerfile:1
# docker build -t wence .
# Pin the base by digest where your registry gives one: --build-arg PYTHON=python:3.11.14-slim-bookworm@sha256:…
ARG PYTHON=python:3.11.14-slim-bookworm

# ---- the embedding model, prepared once: the only stage with torch
FROM ${PYTHON} AS model
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE NOTICE ./
COPY index ./index
COPY bot ./bot
# TORCH_INDEX: where CPU builds of torch are to be had; without it the large default build is taken.
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir --constraint constraints.txt ${TORCH_INDEX:+--index-url ${TORCH_INDEX}} torch==2.13.0 \
 && pip install --no-cache-dir --constraint constraints.txt .
RUN WENCE_CACHE_DIR=/model wence prepare && rm -rf /model/models/*/fp32

# ---- what answering needs, every file checked against its hash
FROM ${PYTHON} AS packages
COPY deploy/requirements.lock ./
RUN python -m venv --copies /opt/wence \
 && /opt/wence/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY index ./index
COPY bot ./bot
RUN /opt/wence/bin/pip install --no-cache-dir "setuptools==80.9.0" \
 && /opt/wence/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/wence/bin/pip uninstall --yes setuptools pip

# ---- the service
FROM ${PYTHON}
LABEL org.opencontainers.image.title="WenCe 问策" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 wence && useradd --uid 10001 --gid wence --no-create-home --home-dir /tmp wence \
 && install -d -o wence -g wence /data /data/corpus
COPY --from=packages /opt/wence /opt/wence
COPY --from=model --chown=root:root /model /model
COPY prompts /app/prompts
COPY --chown=wence:wence docs_corpus /data/corpus
WORKDIR /app
USER 10001:10001
ENV PATH=/opt/wence/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ANONYMIZED_TELEMETRY=False \
    GRADIO_ANALYTICS_ENABLED=False \
    OMP_NUM_THREADS=1 \
    WENCE_HOST=0.0.0.0 \
    WENCE_CACHE_DIR=/model \
    WENCE_PROMPTS_DIR=/app/prompts \
    WENCE_CORPUS_DIR=/data/corpus \
    WENCE_INDEX_DIR=/data/index \
    WENCE_LOG_FORMAT=json
# Only /data (the corpus, the index, the store) and /tmp are written to.
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["sh", "-c", "wence index && exec wence serve"]
