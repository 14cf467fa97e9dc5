# Balcony in a small image: nobody is root in it, and nothing is in it that the lock file does not name.
# docs/hosting.md says how to run it.

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/balcony
WORKDIR /src
# The lock file comes first and alone: while it stays the same, this layer is not made again.
COPY requirements/run.txt requirements/run.txt
# Ready-made wheels only: there is no compiler here, and a missing wheel is better said than built.
# The lock file is complete: without --no-deps pip would go by what each package asks for, and one asks for too much.
RUN /opt/balcony/bin/pip install --only-binary=:all: --require-hashes --no-deps --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY storage storage
# What builds and installs is not needed to run, so it goes again.
RUN /opt/balcony/bin/pip install --no-index --no-build-isolation --no-deps . \
    && /opt/balcony/bin/pip uninstall --yes hatchling editables pip

FROM python:3.12-slim
# A fixed number, so that a folder of the host can be given to this user: chown 10001:10001 FOLDER.
RUN groupadd --gid 10001 balcony \
    && useradd --uid 10001 --gid balcony --no-create-home --home-dir /data --shell /bin/sh balcony \
    && install --directory --owner=balcony --group=balcony --mode=0700 /data
COPY --from=build /opt/balcony /opt/balcony
# Where every shell looks, also one that sets PATH itself.
RUN ln -s /opt/balcony/bin/balcony /usr/local/bin/balcony
ENV HOST=0.0.0.0 PORT=3000 DATABASE_URL=sqlite:////data/balcony.db
# A user without an entry of its own has no home (docker run --user 1234), and Slack's library stops without one.
ENV HOME=/data
# The database and its key file. A new volume takes over the owner of this folder, so nothing has to run as root.
VOLUME ["/data"]
WORKDIR /data
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/opt/balcony/bin/python", "-c", "import httpx, os; httpx.get('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=3, trust_env=False).raise_for_status()"]
CMD ["balcony", "serve"]
