// Loaded before every program (NODE_OPTIONS): the one that prepares graphs never comes to it.
if (process.argv[1]?.endsWith('prepare-process.js'))
  await new Promise(() => setInterval(() => undefined, 1000))
