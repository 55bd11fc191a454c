# Two stages: the first installs what the lock file says, hashes checked; the second runs it as an ordinary user.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY wallet wallet
COPY sandbox sandbox
COPY migrations migrations
RUN uv venv /sixpence && uv pip install --no-cache --python /sixpence/bin/python --constraint requirements.lock .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home sixpence
COPY --from=build /sixpence /sixpence
ENV PATH=/sixpence/bin:$PATH PYTHONUNBUFFERED=1
USER sixpence
CMD ["sixpence-bot"]
