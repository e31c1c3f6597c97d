// Speaks FastCGI to lweb, past nginx: `node fastcgi-client.ts PATH?QUERY REMOTE_ADDR REMOTE_PORT`.
import { connect } from 'node:net'
import { recordType, writePairs, writeRecord } from '../../lib/web/fastcgi/records.ts'

const [url = '', address = '', port = ''] = process.argv.slice(2)
const params = writePairs([
  ['REQUEST_METHOD', 'GET'],
  ['REQUEST_URI', url],
  ['QUERY_STRING', url.split('?')[1] ?? ''],
  ['REMOTE_ADDR', address],
  ['REMOTE_PORT', port],
])
const responder = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])
const nothing = Buffer.alloc(0)
const socket = connect(7051, '127.0.0.1')
for (const [type, content] of [
  [recordType.begin, responder],
  [recordType.params, params],
  [recordType.params, nothing],
  [recordType.stdin, nothing],
] as const)
  socket.write(writeRecord(type, 1, content))
socket.pipe(process.stdout)
