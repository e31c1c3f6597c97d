// What a worker sends to the leader.

/** Resolves when it is sent. What cannot be sent is lost: there is no leader any more. */
export function sendToLeader(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve())
    else resolve()
  })
}
