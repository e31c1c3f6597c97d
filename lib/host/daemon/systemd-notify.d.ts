// The part of systemd-notify that is used here; the package brings no types.
declare module 'systemd-notify' {
  interface Options {
    ready?: boolean
    status?: string
    pid?: number
  }
  /** Runs systemd-notify(1); rejects when that fails. */
  function notify(options: Options): Promise<unknown>
  export = notify
}
