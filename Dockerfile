# One image for every service: docker build --build-arg APP=<name>-service --tag <name>-service .
# Up to the stage `service` nothing depends on APP, so several services are compiled once and share their layers.

FROM node:24.21.0-bookworm-slim AS node

# No install script of a dependency runs, here as elsewhere.
FROM node AS build
WORKDIR /src
COPY .npmrc package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

# Without the optional ones too: none is needed on a server, and the compiler would come along as one.
FROM node AS dependencies
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node AS base
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules node_modules/

# Development only, and in no service's image: makes the key pair of the token issuer and prints tokens.
# Node 24 runs token.ts as it is; what it imports is the same in every app.
FROM base AS token
RUN install --directory --owner 1000 --group 1000 --mode 700 data/dev-issuer
COPY --from=build /src/dist/apps/*/libs/platform/src/auth/dev-issuer.js /src/dist/apps/*/libs/platform/src/auth/dev-seal-key.js \
     /src/dist/apps/*/libs/platform/src/auth/create-once.js libs/platform/src/auth/
COPY tools/token.ts tools/
USER 1000:1000
HEALTHCHECK NONE
ENTRYPOINT ["node", "tools/token.ts"]
CMD ["--user", "alice", "--role", "customer"]

# The last stage is what is built when none is named.
FROM base AS service
ARG APP
RUN ln -s "apps/${APP:?is missing, use --build-arg APP=<name>-service}/src/main.js" main.js
COPY --from=build /src/dist/apps/${APP} ./
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
# By number: an orchestrator can tell that it is not root. Nothing below /app is writable for it.
USER 1000:1000
# Whether it lives, not whether it is ready: whoever replaces what is unhealthy would replace every replica while the database is away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the process that gets SIGTERM; `--migrate` as an argument brings the schema up to date and ends.
ENTRYPOINT ["node", "--enable-source-maps", "main.js"]
