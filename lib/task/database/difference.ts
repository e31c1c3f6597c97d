// One thing that a dry run found.

export interface Difference {
  readonly in: 'dhcp' | 'dns' | 'nginx' | 'menu' | 'boot' | 'install' | 'templates' | 'files'
  /** One line for people. */
  readonly line: string
  /** Something is missing from what is generated; else the difference is only good to know. */
  readonly lost: boolean
}
