// What the packages are: names, dependencies, files. deb and rpm are made from this one description.

export const formats = ['deb', 'rpm'] as const
export type Format = (typeof formats)[number]

/** Architectures by the name that Debian gives them, with that of rpm, of Node, and of the GNU tools. */
export const architectures = {
  amd64: { rpm: 'x86_64', node: 'x64', gnu: 'x86_64-linux-gnu' },
  arm64: { rpm: 'aarch64', node: 'arm64', gnu: 'aarch64-linux-gnu' },
} as const
export type Architecture = keyof typeof architectures

export interface File {
  /** In the source tree; with `made`, among what the build has made; with `link`, what the link points to. */
  readonly from: string
  /** In the installed system; a folder comes with all that is in it. */
  readonly to: string
  readonly kind?: 'made' | 'link'
  readonly mode?: number
  /** A file that belongs to whoever administers the machine: an upgrade leaves it as it is. */
  readonly config?: true
  /** Its group, when not root. */
  readonly group?: string
  /** The only format that it is in. */
  readonly only?: Format
}

export interface Relations {
  readonly depends: readonly string[]
  readonly recommends: readonly string[]
  /** Packages of the first Luna that this one takes the place of, besides that of its own name. */
  readonly replaces: readonly string[]
}

export interface Package {
  readonly name: string
  readonly summary: string
  /** Lines of the long description. */
  readonly description: readonly string[]
  /** `all`: the same for all architectures. */
  readonly architecture: 'each' | 'all'
  readonly relations: Readonly<Record<Format, Relations>>
  readonly files: readonly File[]
  /** Folder of its scripts, in packaging/scripts. */
  readonly scripts?: string
}

const programs = ['luna', 'lweb', 'ltorrent', 'lpower', 'lchroot', 'lfs_pxelinux']
const completions = '/usr/share/bash-completion/completions'
const library = '/usr/lib/luna'

/** The releases of Debian whose images on x86_64 need no compiler for the torrent client over libtorrent. */
export const prebuilt = ['12', '13'] as const

/** The name that it has in the dracut module. */
export const clientFor = (release: string) => `ltorrent-swarm-debian${release}-x86_64`

const clientsIn = (module: string): File[] =>
  prebuilt.map((release) => ({
    kind: 'made',
    from: clientFor(release),
    to: `${module}/${clientFor(release)}`,
    mode: 0o755,
  }))

const libraryFiles: readonly File[] = [
  ...['bin', 'lib', 'conf-templates', 'dracut', 'package.json'].map((from) => ({
    from,
    to: `${library}/${from}`,
  })),
  ...clientsIn(`${library}/dracut/95luna`),
  { kind: 'made', from: 'node_modules', to: `${library}/node_modules` },
  { kind: 'made', from: 'node', to: `${library}/node_modules/node/bin/node`, mode: 0o755 },
  { kind: 'made', from: 'node-license', to: `${library}/node_modules/node/LICENSE` },
  { kind: 'made', from: 'luna-uname.so', to: `${library}/libexec/luna-uname.so`, mode: 0o755 },
  { kind: 'made', from: 'luna-journal', to: `${library}/libexec/luna-journal`, mode: 0o755 },
  { from: 'packaging/scripts/first-luna', to: `${library}/libexec/first-luna`, mode: 0o755 },
  ...programs.map(
    (name): File => ({ kind: 'link', from: `../lib/luna/bin/${name}`, to: `/usr/bin/${name}` }),
  ),
]

const systemFiles: readonly File[] = [
  { from: 'systemd', to: '/usr/lib/systemd/system' },
  { from: 'packaging/files/sysusers.conf', to: '/usr/lib/sysusers.d/luna.conf' },
  { from: 'packaging/files/tmpfiles.conf', to: '/usr/lib/tmpfiles.d/luna.conf' },
  { from: 'packaging/files/luna.conf', to: '/etc/luna.conf', mode: 0o640, group: 'luna', config: true },
  { from: 'packaging/files/logrotate', to: '/etc/logrotate.d/luna', config: true },
  { from: 'packaging/files/firewalld-luna.xml', to: '/usr/lib/firewalld/services/luna.xml' },
  { only: 'deb', from: 'packaging/files/ufw', to: '/etc/ufw/applications.d/luna', config: true },
  { only: 'rpm', from: 'packaging/scripts/selinux', to: `${library}/libexec/selinux`, mode: 0o755 },
  { only: 'rpm', kind: 'made', from: 'selinux', to: '/usr/share/selinux/packages/luna' },
]

const documents: readonly File[] = [
  {
    from: 'packaging/ansible/ansible_collections/luna',
    to: '/usr/share/ansible/collections/ansible_collections/luna',
  },
  { from: 'packaging/ansible/inventory', to: '/usr/share/luna/ansible/inventory', mode: 0o755 },
  { kind: 'made', from: 'man', to: '/usr/share/man' },
  { from: 'packaging/completion/luna.bash', to: `${completions}/luna` },
  ...programs
    .filter((name) => name !== 'luna')
    .map((name): File => ({ kind: 'link', from: 'luna', to: `${completions}/${name}` })),
  { only: 'deb', from: 'packaging/completion/_luna', to: '/usr/share/zsh/vendor-completions/_luna' },
  { only: 'rpm', from: 'packaging/completion/_luna', to: '/usr/share/zsh/site-functions/_luna' },
  { only: 'deb', from: 'LICENSE', to: '/usr/share/doc/luna/copyright' },
  { only: 'rpm', from: 'LICENSE', to: '/usr/share/licenses/luna/LICENSE' },
  { from: 'CHANGELOG.md', to: '/usr/share/doc/luna/CHANGELOG.md' },
]

const luna: Package = {
  name: 'luna',
  summary: 'bare-metal provisioning of clusters',
  description: [
    'A rack of empty nodes runs one tested image minutes later: nodes boot over the network,',
    'get the image by BitTorrent, and are followed by DHCP, DNS, TFTP and power commands.',
    'Node.js is inside. The services stay off until the cluster is set up: see luna(8).',
  ],
  architecture: 'each',
  scripts: 'luna',
  relations: {
    deb: {
      depends: [
        'libc6 (>= 2.28)',
        'libgcc-s1',
        'libstdc++6',
        'systemd',
        'nginx-light | nginx',
        'isc-dhcp-server',
        // the script that starts dhcpd asks ps, and its package does not depend on it
        'procps',
        'tftpd-hpa',
        'ipxe',
        'iproute2',
        'ipmitool',
        'openssh-client',
        'pigz',
        'rsync',
        'zstd',
      ],
      // curl and tcpdump: what luna doctor asks with
      recommends: ['bind9', 'bind9-utils', 'curl', 'logrotate', 'tcpdump'],
      replaces: ['luna-ansible'],
    },
    rpm: {
      depends: [
        'glibc >= 2.28',
        'libgcc',
        'libstdc++',
        'systemd',
        // EL 10 has no ISC dhcpd any more: there it comes from somewhere else, or from another machine
        'nginx',
        '(dhcp-server or system-release >= 10)',
        'tftp-server',
        'ipxe-bootimgs',
        'iproute',
        'ipmitool',
        'openssh-clients',
        'pigz',
        'rsync',
        'zstd',
      ],
      recommends: ['bind', 'bind-utils', 'curl', 'dhcp-server', 'logrotate', 'tcpdump'],
      replaces: ['luna-ansible'],
    },
  },
  files: [...libraryFiles, ...systemFiles, ...documents],
}

const units = '/usr/lib/systemd/system'

const client: Package = {
  name: 'luna-client',
  summary: 'dracut module of Luna, and word that a node is up: for images',
  description: [
    'Goes into an image whose own dracut shall make the initramfs that Luna boots nodes with.',
    'Images that "luna osimage pack" makes an initramfs for do not need it for that. In any image its',
    'unit luna-up tells Luna when the system of a node is up, and how long its start took.',
  ],
  architecture: 'all',
  relations: {
    deb: {
      depends: ['dracut', 'dracut-network', 'openssh-server', 'aria2', 'curl', 'iproute2'],
      recommends: ['ipmitool', 'libtorrent-rasterbar2.0 | libtorrent-rasterbar2.0t64', 'pigz', 'zstd'],
      replaces: [],
    },
    rpm: {
      depends: ['dracut', 'dracut-network', 'openssh-server', 'aria2', 'curl', 'iproute'],
      recommends: ['ipmitool', 'pigz', 'zstd'],
      replaces: [],
    },
  },
  files: [
    { from: 'dracut/95luna', to: '/usr/lib/dracut/modules.d/95luna' },
    ...clientsIn('/usr/lib/dracut/modules.d/95luna'),
    { from: 'packaging/client/luna-up', to: '/usr/lib/luna-client/luna-up', mode: 0o755 },
    { from: 'packaging/client/luna-up.service', to: `${units}/luna-up.service` },
    { kind: 'link', from: '../luna-up.service', to: `${units}/multi-user.target.wants/luna-up.service` },
    { only: 'deb', from: 'LICENSE', to: '/usr/share/doc/luna-client/copyright' },
    { only: 'rpm', from: 'LICENSE', to: '/usr/share/licenses/luna-client/LICENSE' },
  ],
}

export const packages: readonly Package[] = [luna, client]
