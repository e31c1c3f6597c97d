// Sockets that systemd keeps open for a service while the service is restarted: sd_listen_fds(3).

const firstDescriptor = 3

/** The descriptor of the socket that systemd has given to this process; undefined when it has given none. */
export function inheritedSocket(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const meant = env.LISTEN_PID === String(process.pid)
  return meant && Number(env.LISTEN_FDS) > 0 ? firstDescriptor : undefined
}
