import { markdownText } from '../../core/index.js'

/** The image has Node 22, which gets fixes until April 2027; slim, as nothing is compiled. */
const IMAGE = 'node:22-bookworm-slim'

const PORT = 8000

/** Asked inside the container, where the image has no curl. */
const healthCheck = `fetch('http://127.0.0.1:${PORT}/readyz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`

export function dockerfile(version: string): string {
  return `# Serves model.onnx over HTTP. Written by chiquito ${version}; README.md says how to use it.
FROM ${IMAGE}
ENV NODE_ENV=production
WORKDIR /srv
# What is installed: a version of the registry, or ./chiquito-${version}.tgz where a packed file lies beside this one.
ARG CHIQUITO=chiquito@${version}
COPY model.onnx chiquito-*.tgz ./
# Whoever wrote the model for themselves alone still wants the user below to read it.
RUN chmod a+r model.onnx && npm install --omit=dev --ignore-scripts --no-audit --no-fund "$CHIQUITO" && npm cache clean --force
USER node
EXPOSE ${PORT}
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ${JSON.stringify(['node', '-e', healthCheck])}
# Further options come behind the name of the image: docker run IMAGE --name photos.example.org
ENTRYPOINT ${JSON.stringify(['node_modules/.bin/chiquito', 'serve', 'model.onnx', '--host', '0.0.0.0', '--port', String(PORT)])}
`
}

export const dockerignore = `# Only what the Dockerfile copies.
*
!model.onnx
!chiquito-*.tgz
`

export function readme(labels: readonly string[], version: string): string {
  return `# A classifier in a container

Tells apart: ${labels.map(markdownText).join(', ')}.

    docker build -t chiquito-serve .
    docker run --rm -p 127.0.0.1:${PORT}:${PORT} chiquito-serve
    curl -F photo=@photo.jpg http://127.0.0.1:${PORT}/v1/predict

The page at http://127.0.0.1:${PORT}/ takes photos by hand; \`/openapi.json\` describes the rest for programs.

- **Others may ask**: leave \`127.0.0.1:\` out of \`-p\`, and give a token: \`-e CHIQUITO_TOKEN="$(openssl rand -hex 32)"\`.
- **Under a name**: \`docker run … chiquito-serve --name photos.example.org\`. Requests that name another host are refused.
- **Another model**: \`-v /where/models:/models:ro\` and \`--entrypoint node_modules/.bin/chiquito chiquito-serve serve /models/model.onnx --host 0.0.0.0\`; when
  the file is replaced, the new one takes over as soon as it has answered its golden photos.
- **Locked up**: \`--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges\`. It runs as the user \`node\` in any case.
- **From a packed file**: put \`chiquito-${version}.tgz\` here, and \`docker build --build-arg CHIQUITO=./chiquito-${version}.tgz …\`.

\`docker stop\` lets requests under way finish.
`
}
