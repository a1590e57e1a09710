// An S3 server of its own process, so that it can be killed: server.mjs PORT FOLDER BUCKET
import S3rver from '@20minutes/s3rver'

const [port, directory, bucket] = process.argv.slice(2)
const server = new S3rver({
  ...{ port: Number(port), address: '127.0.0.1', silent: true, directory },
  configureBuckets: [{ name: bucket, configs: [] }],
})
await server.run()
console.log('listening')
