# PrepMate in an image: docker build -t prepmate . && docker run -it --rm --init -v prepmate:/data prepmate
# A bot: docker run -d --init -e TELEGRAM_BOT_TOKEN -v prepmate:/data prepmate serve
# Without MONGODB_URI the conversation is kept in a private MongoDB on the volume, as on a laptop.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/prepmate
ENV PATH="/opt/prepmate/bin:$PATH"
WORKDIR /src
# The dependencies first: this layer changes only when the lock file does.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary=:all: -r requirements.lock
COPY . ./
RUN pip wheel --no-deps --wheel-dir /wheels . \
    && pip install --no-deps /wheels/prepmate-*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="PrepMate" \
      org.opencontainers.image.description="A mentor for coding-interview preparation that knows the student and loses nothing" \
      org.opencontainers.image.licenses="MIT"
# mongod from the wheel, which keeps the database where MONGODB_URI is not set, needs libcurl and nothing else.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin prepmate \
    && install -d -m 0700 -o prepmate -g prepmate /data
COPY --from=build /opt/prepmate /opt/prepmate
ENV PATH="/opt/prepmate/bin:$PATH" \
    PREPMATE_DATA_DIR=/data \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /home/prepmate
VOLUME ["/data"]
# PrepMate answers what it has begun within ten seconds of SIGTERM and leaves the rest in the database.
STOPSIGNAL SIGTERM
# Whether the database answers; not whether a model does, whose absence the coach bridges.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["prepmate", "doctor", "--quick"]
ENTRYPOINT ["prepmate"]
CMD ["chat"]
