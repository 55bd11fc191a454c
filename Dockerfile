# Two stages: the first installs what the lock files say, every hash checked, also of what installs and builds; the
# second runs it as an ordinary user. The lock file's embedded PostgreSQL is never started here: sixpence-admin backup
# and restore use its programs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements-uv.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock
RUN uv venv /sixpence && uv pip install --no-cache --python /sixpence/bin/python --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY wallet wallet
COPY sandbox sandbox
COPY migrations migrations
RUN uv pip install --no-cache --python /sixpence/bin/python --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home sixpence
COPY --from=build /sixpence /sixpence
ENV PATH=/sixpence/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
CMD ["sixpence-bot"]
