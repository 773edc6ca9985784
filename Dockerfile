# The gateway and its emulator in one image: `start` is the default command, `emulator` serves a local user pool.
# BASE may be any image with Node.js 20.19 or newer.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM ${BASE}
LABEL org.opencontainers.image.title="cognito-gateway" \
      org.opencontainers.image.description="Login gateway for Amazon Cognito: hosted UI, sessions, verified requests" \
      org.opencontainers.image.licenses="Apache-2.0"
# The second: memory that glibc has free at its end goes back to the system from 128 KB on, as it does until it has met larger pieces.
ENV NODE_ENV=production MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
# The program and the packages in it, with their licences; what `cognito-gateway/testing` needs stays behind.
COPY --from=build /app/dist/cli ./dist/cli
COPY --from=build /app/dist/chunks ./dist/chunks
COPY package.json LICENSE emulator.example.yaml ./
COPY views ./views
# Nobody in particular, and nothing of the image is theirs.
USER 10001:10001
EXPOSE 3000 3001
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "dist/cli/main.js", "health"]
# The process gets its signals itself: SIGTERM drains it. Room for new objects stays as Node.js 20 has it, whatever the
# version, and one thread that collects them costs less CPU than five that wait for each other.
ENTRYPOINT ["node", "--max-semi-space-size=16", "--no-parallel-scavenge", "dist/cli/main.js"]
CMD ["start"]
