# syntax=docker/dockerfile:1
# The gateway, with the toolchain of rust-toolchain.toml. Nothing secret is in a layer: keys come from
# the environment, the configuration or the data volume when a container runs.
#
#   docker build --tag token-tracker .

FROM node:22-bookworm-slim AS pages
WORKDIR /source
COPY package.json package-lock.json tsconfig.base.json ./
COPY extension/package.json extension/
COPY dashboard dashboard
COPY tests/vscode/package.json tests/vscode/
COPY tests/dashboard/package.json tests/dashboard/
RUN npm ci --no-audit --no-fund --ignore-scripts && npm run build --workspace dashboard

FROM rust:1.95.0-bookworm AS build
# The toolchain is here already; rustup need not look for the components that only checks use.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /source
COPY . .
COPY --from=pages /source/dashboard/dist dashboard/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package cli --bin token-tracker \
    && install -D target/release/token-tracker /out/token-tracker

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 7425 token-tracker \
    && useradd --uid 7425 --gid 7425 --no-create-home --shell /usr/sbin/nologin token-tracker \
    && install -d -m 0700 -o token-tracker -g token-tracker /data /data/secrets
COPY --from=build /out/token-tracker /usr/local/bin/token-tracker
USER 7425:7425
ENV TOKEN_TRACKER_DATA_DIR=/data
VOLUME ["/data"]
EXPOSE 7425
# SIGTERM lets running answers end; the runtime has to wait longer than its usual ten seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/7425 && printf 'GET /healthz HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["token-tracker"]
# Give it a certificate, or the address of the proxy in front: it speaks no plain HTTP to the world.
CMD ["serve", "--listen", "0.0.0.0:7425"]
