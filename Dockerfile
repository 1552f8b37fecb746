# The images of the producer, the bff and the ui, one target each: `npm run containers` or `docker build --target bff .`
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /tocsin
COPY package.json package-lock.json .npmrc ./
COPY contracts/package.json contracts/
COPY service/package.json service/
COPY client/package.json client/
COPY client-vue/package.json client-vue/
COPY producer/package.json producer/
COPY bff/package.json bff/
COPY ui/package.json ui/
COPY tools/package.json tools/
COPY lab/package.json lab/
COPY conformance/package.json conformance/
COPY publish/package.json publish/
COPY create-tocsin/package.json create-tocsin/
# No package needs install scripts, so they are turned off.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --prefer-offline

FROM packages AS sources
COPY . .

FROM sources AS build-producer
RUN npm run build -- producer

FROM sources AS build-bff
RUN npm run build -- bff

FROM sources AS build-ui
RUN npm run build -- ui

# Shared base of the three images.
FROM node:24.21.0-bookworm-slim AS runtime
WORKDIR /tocsin
COPY LICENSE service/healthcheck.mjs ./
# Published ports lead to the container's own address, not 127.0.0.1.
ENV NODE_ENV=production PUBLIC_HOST=0.0.0.0
# A numeric id lets Kubernetes verify that it is not root.
USER 1000:1000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["node", "healthcheck.mjs", "/healthz"]
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.base.name="docker.io/library/node:24.21.0-bookworm-slim"

FROM runtime AS producer
COPY --from=build-producer /tocsin/producer/dist/main.js producer/dist/
ENV PORT=4000
EXPOSE 4000
CMD ["node", "producer/dist/main.js"]
LABEL org.opencontainers.image.title="Tocsin producer" \
  org.opencontainers.image.description="Accepts notifications over HTTP, then deposits and announces them through Dapr"

FROM runtime AS bff
COPY --from=build-bff /tocsin/bff/dist/main.js bff/dist/
# Node 24's young generation grows to 128 MB by default. Limiting it to half that size has no measurable cost
# (docs/performance.md).
ENV PORT=4001 NODE_OPTIONS=--max-semi-space-size=32
EXPOSE 4001
CMD ["node", "bff/dist/main.js"]
LABEL org.opencontainers.image.title="Tocsin bff" \
  org.opencontainers.image.description="Stores the feeds and shows each notification to every browser once and in order"

FROM runtime AS ui
COPY --from=build-ui /tocsin/ui/dist ui/dist/
COPY --from=build-ui /tocsin/ui/server/dist/main.js ui/server/dist/
ENV PORT=8080
EXPOSE 8080
CMD ["node", "ui/server/dist/main.js"]
LABEL org.opencontainers.image.title="Tocsin ui" \
  org.opencontainers.image.description="The pages / and /ops, for a proxy that routes /app and /hubs to a bff"
