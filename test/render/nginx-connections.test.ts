import assert from 'node:assert/strict'
import { tooFewConnections, withConnections } from '../../lib/render/nginx-connections.ts'

const stock = `user www-data;
worker_processes auto;
include /etc/nginx/modules-enabled/*.conf;

events {
\tworker_connections 768;
\t# multi_accept on;
}

http {}
`

describe('withConnections', () => {
  it("gives Debian's nginx.conf as many as are enough, and the files for them", () => {
    const text = withConnections(stock, [stock], 10, 2)
    assert.match(text, /^worker_rlimit_nofile 65536;\n\s*events \{\n\tworker_connections 32768;\n/m)
    assert.equal(tooFewConnections([text], 10, 2), undefined)
    assert.equal(withConnections(text, [text], 10, 2), text)
  })

  it('gives more nodes more, and raises a limit of files that is there', () => {
    const limited = stock.replace('events', 'worker_rlimit_nofile 1024;\nevents')
    const text = withConnections(limited, [limited], 100_000, 4)
    assert.match(text, /worker_connections 100000;/)
    assert.equal(text.match(/worker_rlimit_nofile \d+;/g)?.join(), 'worker_rlimit_nofile 200000;')
  })

  it('has each of many workers hold what one machine can send to it', () => {
    assert.match(withConnections(stock, [stock], 10, 64), /worker_connections 16384;/)
  })

  it('leaves a file alone that has enough, or does not say how many', () => {
    const rich = stock.replace('768', '65536')
    assert.equal(withConnections(rich, [rich], 10, 2), rich)
    const silent = 'events {}\nhttp {}\n'
    assert.equal(withConnections(silent, [silent], 10, 2), silent)
    const commented = 'events {\n  # worker_connections 768;\n}\n'
    assert.equal(withConnections(commented, [commented], 10, 2), commented)
  })
})
