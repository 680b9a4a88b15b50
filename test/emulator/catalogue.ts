/** Fixed data of the service: templates, sizes, organizations, the user, names of computers. */

export const templates = [
  {
    id: 'scratch',
    display_name: 'Scratch',
    description: 'A clean Linux computer with the usual tools.',
    default_vcpus: 1,
    default_ram_mb: 2048,
    default_disk_size_mb: 4096,
    aliases: ['ubuntu-desktop-24.04'],
    capabilities: ['terminal'],
    preinstalled_tools: ['bash', 'git', 'python3'],
    recommended_for: ['trying things out'],
    default_published_ports: [],
    has_playwright_browsers: false,
    has_browser_system_deps: false,
    version: '1',
    experimental: false,
  },
  {
    id: 'coding-agent',
    display_name: 'Coding agent',
    description: 'Compilers, Node.js and Python for agents that write and run code.',
    default_vcpus: 2,
    default_ram_mb: 4096,
    default_disk_size_mb: 10240,
    aliases: [] as string[],
    capabilities: ['terminal'],
    preinstalled_tools: ['bash', 'git', 'node', 'python3', 'tmux'],
    recommended_for: ['coding agents', 'test runs'],
    default_published_ports: [3000, 8000],
    has_playwright_browsers: false,
    has_browser_system_deps: false,
    version: '3',
    experimental: false,
  },
  {
    id: 'browser-agent',
    display_name: 'Browser agent',
    description: 'A desktop with a browser that an agent can drive.',
    default_vcpus: 2,
    default_ram_mb: 8192,
    default_disk_size_mb: 20480,
    aliases: [] as string[],
    capabilities: ['terminal', 'display', 'browser'],
    preinstalled_tools: ['bash', 'chromium', 'git', 'node', 'python3'],
    recommended_for: ['browsing agents'],
    default_published_ports: [],
    has_playwright_browsers: true,
    has_browser_system_deps: true,
    version: '2',
    experimental: true,
  },
];

/** Sizes and prices of October 2026. A plan may allow some of them only. */
export const sizes = [
  { id: 'micro', vcpus: 1, ram_mb: 2048, root_disk_mb: 20_480, hourly_rate_usd: '0.03' },
  { id: 'small', vcpus: 1, ram_mb: 4096, root_disk_mb: 25_600, hourly_rate_usd: '0.04' },
  { id: 'standard', vcpus: 2, ram_mb: 4096, root_disk_mb: 30_720, hourly_rate_usd: '0.06' },
  { id: 'memory', vcpus: 2, ram_mb: 8192, root_disk_mb: 40_960, hourly_rate_usd: '0.08' },
  { id: 'large', vcpus: 4, ram_mb: 16_384, root_disk_mb: 61_440, hourly_rate_usd: '0.16' },
  { id: 'xl', vcpus: 8, ram_mb: 32_768, root_disk_mb: 102_400, hourly_rate_usd: '0.32' },
];

const foundedAt = '2025-01-15T09:00:00Z';

/** The first one is the API key's own, used when no organization is named. */
export const organizations = [
  {
    id: 'org_personal',
    name: 'Personal',
    billing_status: 'active',
    created_at: foundedAt,
    updated_at: foundedAt,
  },
  {
    id: 'org_analytical',
    name: 'Analytical Engines',
    billing_status: 'active',
    created_at: foundedAt,
    updated_at: foundedAt,
  },
];

export const user = {
  id: '6f1c2b1e-5c0a-4b7e-9a57-1a2b3c4d5e6f',
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.com',
  access_suspended: false,
  onboarding_completed: true,
};

const scientists =
  'einstein curie bohr noether turing hopper lovelace newton darwin faraday galileo kepler maxwell planck pauli fermi ' +
  'feynman dirac heisenberg schrodinger hubble herschel meitner franklin mcclintock goodall carson sagan hawking euler ' +
  'gauss riemann hilbert cantor godel ramanujan fibonacci archimedes euclid hypatia pascal fermat leibniz laplace ' +
  'lagrange fourier galois abel boole shannon dijkstra knuth hamilton johnson mendel pasteur jenner fleming salk volta';

/** The first name that no computer has yet. */
export function unusedName(taken: (name: string) => boolean): string {
  const names = scientists.split(' ');
  for (let round = 1; ; round++) {
    const free = names.map((name) => (round === 1 ? name : `${name}-${round}`)).find((name) => !taken(name));
    if (free !== undefined) return free;
  }
}
